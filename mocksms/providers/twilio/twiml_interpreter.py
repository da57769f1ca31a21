"""Run TwiML verb by verb, until the call waits for keys, needs another document, or ends."""

from dataclasses import asdict
from typing import Any

from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.sender_app import AppAnswer, AppRequest
from mocksms.delivery import http_client
from mocksms.providers.twilio import receipts, twiml_parser

MOST_DOCUMENTS = 20
MOST_VERBS = 200
GATHER_SECONDS = 5
NOT_FETCHED, NOT_CONNECTED, NOT_TWIML, WRONG_TYPE = 11200, 11205, 12100, 12300


def begin(url: str, method: str, document: str) -> dict[str, Any]:
    """Return the state of a new run: with a document, or with the address to fetch it from."""
    return {"url": url, "document": document, "at": 0, "documents": 0, "verbs": 0,
            "fetch": None if document else {"url": url, "method": method, "fields": []}}  # fmt: skip


def start(call: Message) -> None:
    """Begin with the document of the call."""
    details = call.details
    details["run"] = begin(details.get("url", ""), details.get("method", "POST"), details.get("twiml", ""))


def needs(call: Message) -> AppRequest | None:
    """Return the request for the next document, or None."""
    if not (wanted := (call.details.get("run") or {}).get("fetch")):
        return None
    fields = [*receipts.call_fields(call, call.status), *((name, value) for name, value in wanted["fields"])]
    return AppRequest(wanted["url"], fields, wanted["method"], call.account)


def load(call: Message, answer: AppAnswer) -> None:
    """Take the answer to the request for a document."""
    run = call.details["run"]
    run |= {"fetch": None, "url": answer.url, "at": 0, "documents": run["documents"] + 1}
    if answer.problem:
        _fail(call, NOT_FETCHED if answer.status else NOT_CONNECTED, answer.problem)
        return
    try:
        run["document"] = twiml_parser.document(answer)
    except twiml_parser.BadTwiml as error:
        _fail(call, WRONG_TYPE, str(error))


def _fail(call: Message, code: int, problem: str) -> None:
    """Record an error and end the document. Once per run, the app's FallbackUrl is asked for another one."""
    warn(call, problem)
    run, url = call.details["run"], call.details.get("fallback_url")
    run["document"], run["at"] = "", 0
    if url and not run.get("failed"):
        run["failed"] = True
        fields = [("ErrorCode", str(code)), ("ErrorUrl", run["url"])]
        run["fetch"] = {"url": url, "method": call.details.get("fallback_method", "POST"), "fields": fields}


def asks_for_keys(call: Message) -> bool:
    """Return whether the call waits for keys."""
    return bool((call.details.get("run") or {}).get("gather"))


def press(call: Message, keys: str) -> None:
    """Take pressed keys."""
    run = call.details["run"]
    run["pressed"] = (run.get("pressed", "") + keys)[-100:]


def time_is_up(call: Message) -> None:
    """Continue without the keys, which were not pressed in time."""
    call.details["run"]["gather"]["over"] = True
    call.due_at = None


def go_on(call: Message, now: float) -> None:
    """Speak until keys or a document are needed, or the end; `due_at` is when that is over.

    `now` is the phone's time in Unix seconds.
    """
    run = call.details["run"]
    if (asked := run.get("gather")) and not _gathered(call, run, asked):
        return
    seconds = 0.0
    try:
        verbs = twiml_parser.parse(run["document"]) if run["document"] else []
    except twiml_parser.BadTwiml as error:
        _fail(call, NOT_TWIML, f"TwiML: {error}")
        verbs = []
    while run["document"] and run["at"] < len(verbs) and not run.get("fetch"):
        if run["verbs"] >= MOST_VERBS:
            warn(call, f"TwiML: the call ended after {MOST_VERBS} verbs")
            break
        verb = verbs[run["at"]]
        run["at"] += 1
        run["verbs"] += 1
        if (heard := twiml_parser.speak(verb)) is not None:
            seconds += _hear(call, heard)
        elif verb.name == "Gather":
            seconds += sum(_hear(call, twiml_parser.speak(inner) or []) for inner in verb.inner)
            asked = _question(run, verb)
            if call.details.get("answered_by") == "human":
                run["gather"] = asked
                if _gathered(call, run, asked):
                    continue
                call.due_at = now + seconds + asked["timeout"]
                return
        elif verb.name == "Redirect":
            _load(call, run, verb.text or run["url"], verb.attributes.get("method", "POST"), [])
        elif verb.name in ("Hangup", "Reject"):
            break
        else:
            warn(call, f"TwiML: {verb.name} is not known and was left out")
    if not run.get("fetch"):
        call.due_at = now + seconds


def _hear(call: Message, heard: list[twiml_parser.SpokenText]) -> float:
    """Add words to the transcript. Return their length in seconds."""
    call.details.setdefault("spoken", []).extend(asdict(each) for each in heard)
    words = [each.text for each in heard if each.text]
    call.body = "\n".join([*([call.body] if call.body else []), *words])[:10_000]
    inbox.examine(call)
    return sum(each.seconds for each in heard)


def _question(run: dict[str, Any], verb: twiml_parser.Verb) -> dict[str, Any]:
    return {
        "digits": verb.number("numDigits", 0, 0, 100),
        "finish": verb.attributes.get("finishOnKey", "#"),
        "timeout": verb.number("timeout", GATHER_SECONDS, 1, 600),
        "action": verb.attributes.get("action") or run["url"],
        "method": verb.attributes.get("method", "POST").upper(),
        "even_empty": verb.attributes.get("actionOnEmptyResult", "").lower() == "true",
    }


def _gathered(call: Message, run: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Return whether the keys asked for are pressed. Then they are posted; the answer is the next document."""
    pressed, finish = run.get("pressed", ""), asked["finish"]
    done = ""
    if finish and finish in pressed:
        done, run["pressed"] = pressed.split(finish, 1)
    elif asked["digits"] and len(pressed) >= asked["digits"]:
        done, run["pressed"] = pressed[: asked["digits"]], pressed[asked["digits"] :]
    elif not asked.get("over"):
        return False
    else:
        done, run["pressed"] = pressed, ""
    run["gather"] = None
    call.due_at = None
    if done or asked.get("even_empty"):
        _load(call, run, asked["action"], asked["method"], [("Digits", done)])
    return True


def _load(call: Message, run: dict[str, Any], url: str, method: str, fields: list[tuple[str, str]]) -> None:
    """Ask for another document; an invalid address ends the call."""
    if run["documents"] >= MOST_DOCUMENTS or not url:
        tells = (
            f"the call ended after {MOST_DOCUMENTS} documents" if url else "there is no address to go on at"
        )
        warn(call, f"TwiML: {tells}")
        run["document"], run["at"] = "", 0
        return
    base = run["url"]
    run["fetch"] = {"url": http_client.absolute(base, url), "method": method.upper(), "fields": fields}


def warn(call: Message, text: str) -> None:
    """Record a warning about a call for its developer."""
    call.details.setdefault("warnings", []).append(text[:300])
