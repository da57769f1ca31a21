"""Finding the one-time code and the links in a message.

A code is a number of 4 to 8 digits near a word for it (コード, パスワード, code, OTP, PIN, 验证码,
인증번호 …), or a run of single digits as a voice speaks them. Years, dates, times, prices, phone numbers,
postal codes, order numbers, amounts and the ends of card numbers are never taken. Each candidate is
weighed by how near and how plainly the word stands to it; below a threshold a message has no code.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_TEXT = 20_000
THRESHOLD = 60
FARTHEST = 80  # characters between a number and its word
MOST_CANDIDATES = 200

_LINK = re.compile(r"https?://[^\s<>\"'）」』】、。]+", re.IGNORECASE)
_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?(https?://[^\s"'>]+)""", re.IGNORECASE)
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

# Words for a code that is none of ours: taken out before words for one are looked for.
_OTHER_CODES = re.compile(
    r"(?:クーポン|プロモーション|プロモ|割引|紹介|招待|商品|製品|qr|バー|エラー|ギフト|国|市外|郵便|銀行|支店|証券|管理"
    r"|店舗|企業|会社|エントリー|キャンペーン|ソース|シリアル|受付|色|jan|原産地|学校|団体|お客様|顧客)[ ・]?"
    r"(?:コード|番号|ナンバー)"
    r"|(?:promo(?:tion(?:al)?)?|coupon|discount|gift|referral|invit\w*|error|status|zip|postal|area|country|product"
    r"|item"
    r"|dress|source|bar|qr|swift|sort|colou?r|voucher|dial\w*|response|tax|reservation|booking|order|tracking|vendor"
    r"|offer|reward|locker|exit|airline|airport|branch|bank|hs|post|morse|style)[ -]?codes?"
    r"|code[ -](?:of conduct|review|base|camp)|codebase"
    r"|(?:优惠|折扣|邀请|推荐|商品|邮政|错误|二维|快递|取件|优惠券|條)[码碼]|(?:쿠폰|할인|추천|초대|우편|오류|상품"
    r"|주문)\s?(?:코드|번호)"
)
_IN_OTHER_CODES = ("コード", "番号", "ナンバー", "code", "码", "碼", "코드", "번호")  # each has one of these
_WORDS = re.compile(
    r"コード|パスワード|パスコード|暗証番号|認証番号|確認番号|認証キー|ワンタイム|ピン(?:コード|番号)|二段階認証"
    r"|2段階認証"
    r"|本人確認|(?<![a-z])(?:pass)?codes?(?![a-z])|(?<![a-z])pass ?words?(?![a-z])|(?<![a-z])(?:otp|totp|pin|tan"
    r"|mtan)(?![a-z])"
    r"|verification(?: number)?|one[- ]time|security key|(?:验证|驗證|校验|动态|動態|确认|授权|认证|認證"
    r"|安全)[码碼]|密[码碼]|口令"
    r"|인증\s?(?:번호|코드)|확인\s?(?:번호|코드)|보안\s?(?:번호|코드)|비밀번호|코드"
)
_ENDS_IN_WORD = re.compile(rf"(?:{_WORDS.pattern})[ ]?\Z")
_NUMBER = re.compile(
    r"(?<![\d/+\-*#x•_])(?<!\d[.,:])(?<![a-z])#?(\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|\d{2}[ -]\d{2}[ -]\d{2})"
    r"(?![\d/:_*]|[.\-]\d| ?[-/] ?\d)"
)
_DIGIT_GROUP = re.compile(r"\d[ -]$")
_GROUP_DIGIT = re.compile(r"[ -]\d")
_PREFIXED = re.compile(r"(?<![a-z0-9])[a-z]{1,2}-(\d{4,8})(?![\d\-])")
_ORIGIN_BOUND = re.compile(r"^@[\w.:-]+ #(\d{4,8})$", re.MULTILINE)
# What stands before a number that is no code, and after one.
_BEFORE = re.compile(
    r"(?:[¥$€£₩￥〒№]|円|金額|合計|残高|電話"
    r"|(?<![a-z])(?:jpy|usd|eur|krw|rmb|cny|price|total|amount|balance|tel|fax|phone|call"
    r"|no|num|number|id|ref|case|ticket|invoice|order|tracking|receipt|booking|account|card|ending(?: in| with)?"
    r"|ends in|last (?:four|4)(?: digits)?(?: are| is)?|version|ver|build|room|extension|ext|port|flight|model"
    r"|since)|©|\(c\)"
    r"|(?:注文|予約|受付|会員|口座|伝票|追跡|問い?合わ?せ|契約|申込|整理|管理|社員|学籍|顧客|お客様|商品|製品|請求|登録"
    r"|型|便|郵便|カード|店|取引|届出)番号|便名|下[4四]桁|末尾|下[3三]桁|尾号|尾號|订单号?|訂單編號|单号"
    r"|客服(?:热线|电话)?|电话|热线|运单号"
    r"|주문\s?번호|예약\s?번호|고객센터|전화|대표번호|끝자리|송장\s?번호|문의)"
    r"[はがのを은는이가]?(?:[.:#№\s(（「『\[]|です|is|was|are|号|:)*$"
)
_AFTER = re.compile(
    r"^[ ]?(?:円|元|원|ポイント|pt|points?|マイル|miles?|年|년|月|日|分|秒|時|人|件|個|名|桁|回|台|本|枚|歩|歳|号|%"
    r"|％|‰|度|番地|丁目"
    r"|km|kg|kcal|mb|gb|mah|hz|steps?|times?|yen|usd|jpy|eur|won|dollars?|minutes?|mins?|hours?|days?|seconds?"
    r"|people|items?"
    r"|unread|messages?|characters?|digits?|分钟|小时|点|人民币|块|积分|분|초|일|명|건|개|포인트|자리)"
)
_DATE_WORDS = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: \d{1,2}(?:st|nd|rd|th)?)?,? $|(?:in|since"
    r"|year|by) $"
    r"|令和|西暦"
)
_PLAIN_BEFORE = re.compile(
    r"^(?:番号|number)?[ ]?(?:[はがを]|は、|is|are|as|=|为|為|是|은|는|이|가)?[:：\s「『【\[(（<*\"'→\-]*$"
)
_PLAIN_AFTER = re.compile(
    r"^[」』】\])）>*\"' ]*(?:は|が|を|is|as|are|是|为|為|은|는|이|가|입니다|\()?[、, :]*"
    r"(?:(?:あなた|お客様|貴方|ご本人|本人確認|サインイン|ログイン|認証|確認|your|the|my|a|an|您|你的?|님의"
    r"|본인)[^\n。.]{0,28}?"
    r"|[^\n。.!?]{0,24}?)$"
)
_ENTER = re.compile(r"(?:enter|use|type|input|quote)(?: code)? [\"'「]?$")
_SPOKEN = re.compile(r"(?<![\w.,:/])\d(?:[\s、,.。;・…\-]{1,6}\d){3,}(?![\w:/]|[.,]\d)")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_JAPANESE = ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_WORD_DIGITS = {
    **{word: str(digit) for digit, word in enumerate(_ENGLISH)},
    **{word: str(digit) for digit, word in enumerate(_JAPANESE)},
    "oh": "0",
    "れい": "0",
}
_SPELT = re.compile(
    r"(?<!\w)(?:{0})(?:[\s、,.。;・…\-]+(?:{0})){{3,15}}(?!\w)".format("|".join(map(re.escape, _WORD_DIGITS)))
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    digits: str


def find_code(text: str) -> str | None:
    """The one-time code in a text, or None. Full-width digits count as digits; groups (123-456) are joined."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    if found := _ORIGIN_BOUND.search(plain):
        return found.group(1)
    plain = _LINK.sub(" ~ ", plain)
    if "@" in plain:
        plain = _MAILBOX.sub(" ~ ", plain)
    if any(name in plain for name in _IN_OTHER_CODES):
        plain = _OTHER_CODES.sub(lambda other: "~" * len(other.group()), plain)
    if (spoken := _spoken(plain)) is not None:
        return spoken
    candidates = _candidates(plain)[:MOST_CANDIDATES]
    if not candidates:
        spelt = _SPELT.sub(
            lambda run: " ".join(_WORD_DIGITS[word] for word in re.findall(r"\w+", run.group())), plain
        )
        return _spoken(spelt)
    words = [(word.start(), word.end()) for word in _WORDS.finditer(plain)]
    weighed = [(_weigh(plain, each, words), -each.start, each.digits) for each in candidates]
    best = max(weighed, default=(0, 0, ""))
    return best[2] if best[0] >= THRESHOLD else None


def _spoken(plain: str) -> str | None:
    """The digits a voice speaks one by one, without the repeat."""
    for run in _SPOKEN.finditer(plain):
        digits = re.sub(r"\D", "", run.group())
        half = len(digits) // 2
        if len(digits) % 2 == 0 and half >= 4 and digits[:half] == digits[half:]:
            digits = digits[:half]
        if 4 <= len(digits) <= 8:
            return digits
    return None


def _candidates(plain: str) -> list[_Candidate]:
    found = []
    for number in [*_NUMBER.finditer(plain), *_PREFIXED.finditer(plain)]:
        digits = re.sub(r"\D", "", number.group(1))
        start, end = number.span(1)
        if not _is_something_else(plain, start, end, digits):
            found.append(_Candidate(start, end, digits))
    return found


def _is_something_else(plain: str, start: int, end: int, digits: str) -> bool:
    before, after = plain[max(0, start - 40) : start], plain[end : end + 16]
    named = _BEFORE.search(before)
    if _AFTER.match(after) or (named and not _ENDS_IN_WORD.search(before[: named.start()])):
        return True
    if not plain[start:end].isdigit() and (_DIGIT_GROUP.search(before) or _GROUP_DIGIT.match(after)):
        return True
    looks_like_year = len(digits) == 4 and digits[:2] in ("19", "20")
    looks_like_date = len(digits) == 8 and re.fullmatch(
        r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits
    )
    if looks_like_year or looks_like_date:
        words = list(_WORDS.finditer(before))
        return _DATE_WORDS.search(before) is not None or not (
            words and _PLAIN_BEFORE.match(before[words[-1].end() :]) and before[words[-1].end() :].strip()
        )
    return False


def _weigh(plain: str, candidate: _Candidate, words: list[tuple[int, int]]) -> int:
    near = [
        word for word in words if word[0] < candidate.end + FARTHEST and word[1] > candidate.start - FARTHEST
    ]
    if not near:
        return 0
    weight = {6: 15, 5: 3, 8: 2}.get(len(candidate.digits), 0)
    line_start = plain.rfind("\n", 0, candidate.start) + 1
    line_end = plain.find("\n", candidate.end)
    line = plain[line_start : line_end if line_end >= 0 else len(plain)]
    if re.sub(r"[\s「」『』【】\[\]()*<>\"'|:#-]", "", line) == candidate.digits:
        weight += 45
    if _ENTER.search(plain[max(0, candidate.start - 12) : candidate.start]):
        weight += 40
    return weight + max(_nearness(plain, candidate, start, end) for start, end in near)


def _nearness(plain: str, candidate: _Candidate, start: int, end: int) -> int:
    """How plainly a word for a code belongs to a number, 0 to 120."""
    if end <= candidate.start:
        between = plain[end : candidate.start]
        plainly = _PLAIN_BEFORE.match(between) is not None
    else:
        between = plain[candidate.end : start]
        plainly = _PLAIN_AFTER.match(between) is not None
    breaks = len(re.findall(r"[。!?\n]|\. ", between))
    nearness = FARTHEST - len(between) - 8 * breaks
    return max(0, nearness) + (40 if plainly else 0)


def find_links(text: str, html: str = "") -> tuple[str, ...]:
    """The http(s) addresses in a text and in the links of its HTML, in order, each once."""
    found = [link.rstrip(".,;:!?)]") for link in _LINK.findall(text)]
    found += [link.replace("&amp;", "&") for link in _HREF.findall(html)]
    return tuple(dict.fromkeys(found))
