/** Waits of a client: for messages, for codes, and for nothing to come. A wait of any length is made of short ones. */

import { API, DEFAULT, polls, query } from "./api.js";
import { PhoneWorld } from "./base.js";
import { NothingCame, PhoneError, SomethingCame } from "./errors.js";
import { Received } from "./messages.js";
import { Call } from "./parts.js";

/** @typedef {import("./base.js").Filters} Filters */
/** @typedef {Filters & { timeout?: number }} Wanted */
/** @typedef {{ timeout?: number, since?: number, pattern?: string | RegExp, new?: boolean }} WantedCode */
/** @typedef {{ code: string, id: number, code_reason: string, received_at: string }} FoundCode */

const PATIENCE_SECONDS = 10;

/** The waits of a client. */
export class Waits extends PhoneWorld {
  /**
   * Return the newest message that matches, waiting up to `timeout` seconds. Throw {@link NothingCame}.
   *
   * @param {Wanted} [options]
   */
  async wait({ timeout = PATIENCE_SECONDS, ...filters } = {}) {
    this._await(filters.to);
    for (const seconds of polls(timeout)) {
      const answer = await this._get("/messages/wait", { ...filters, timeout: seconds });
      if (answer.status !== 204) return new Received(answer.json());
    }
    const wanted = JSON.stringify(filters);
    throw new NothingCame(`no message like ${wanted} came within ${timeout} s; there is: ${await this._thereIs(filters.to)}`);
  }

  /**
   * Return the newest SMS to a number; wait for the first one.
   *
   * @param {string} to
   * @param {Wanted} [options]
   */
  sms(to, options) {
    return this.wait({ to, channel: "sms", ...options });
  }

  /**
   * Return the newest mail to a mailbox; wait for the first one.
   *
   * @param {string} to
   * @param {Wanted} [options]
   */
  mail(to, options) {
    return this.wait({ to, channel: "mail", ...options });
  }

  /**
   * Return the newest call to a number; wait for the first one.
   *
   * @param {string} to
   * @param {Wanted} [options]
   */
  async call(to, options) {
    const phone = /** @type {import("./phone.js").Phone} */ (/** @type {unknown} */ (this));
    return new Call(phone, await this.wait({ to, channel: "call", ...options }));
  }

  /**
   * Return the newest code for a number or mailbox, or null.
   *
   * A `pattern` is a regular expression whose group `code`, else its first group, else all of it is the code.
   *
   * @param {string} to
   * @param {{ pattern?: string | RegExp }} [options]
   */
  async code(to, { pattern } = {}) {
    const answer = await this._get("/code", { to, pattern });
    return answer.status === 200 ? answer.text : null;
  }

  /**
   * Return the newest code for a number or mailbox that was not returned before; wait for it.
   *
   * `since` is the id of a message: only codes of newer ones count; with `new` only those that arrive from now on.
   * `pattern` is as in {@link code}. Throw {@link NothingCame}.
   *
   * @param {string} to
   * @param {WantedCode} [options]
   */
  async waitForCode(to, options) {
    return (await this.waitForFoundCode(to, options)).code;
  }

  /**
   * Wait like {@link waitForCode}. Return `code`, `id` of its message, `code_reason` and `received_at`.
   *
   * @param {string} to
   * @param {WantedCode} [options]
   * @returns {Promise<FoundCode>}
   */
  async waitForFoundCode(to, { timeout = PATIENCE_SECONDS, since, pattern, new: isNew = false } = {}) {
    this._await(to);
    let after = since ?? this._given.get(to) ?? 0;
    if (isNew) after = Math.max(after, await this.lastId());
    for (const seconds of polls(timeout)) {
      for (;;) {
        const found = await this._codeAfter(after, to, seconds, pattern);
        if (found === null) break;
        after = found.id;
        if (since !== undefined || ![...this._given.values()].includes(after)) {
          this._given.set(to, after);
          return found;
        }
        // else it was given for the same number in another spelling: wait for a newer one
      }
    }
    throw new NothingCame(`no new code for ${to} within ${timeout} s; there is: ${await this._thereIs(to)}`);
  }

  /**
   * Wait for `seconds` of the world's clock. Throw {@link SomethingCame} if a message to `to` came, or is held back
   * until then.
   *
   * A message doesn't count if this client was given its code, or if it is not newer than `since`.
   *
   * @param {string} to
   * @param {{ seconds?: number, since?: number }} [options]
   */
  async expectNothing(to, { seconds = 1, since } = {}) {
    const after = since ?? this._given.get(to) ?? 0;
    for (const each of polls(seconds)) {
      try {
        await this._get("/messages/expect-none", { to, seconds: each, since: after });
      } catch (error) {
        if (!(error instanceof PhoneError) || !SomethingCame.TITLES.includes(error.problem.title)) throw error;
        throw new SomethingCame(error.problem.detail);
      }
    }
  }

  /**
   * @param {number} since
   * @param {string} to
   * @param {number} wait
   * @param {string | RegExp | undefined} pattern
   * @returns {Promise<FoundCode | null>}
   */
  async _codeAfter(since, to, wait, pattern) {
    const params = query({ to, wait, since, pattern });
    const answer = await this.send("GET", `${API}/code`, { params, headers: { Accept: "application/json" } });
    return answer.status === 204 ? null : answer.json();
  }

  /**
   * Record what is waited for: the report of a failed test names it.
   *
   * @param {string | undefined} to
   */
  _await(to) {
    if (to) this.awaitedAddresses.add(to);
  }

  /** @param {string | undefined} to */
  async _thereIs(to) {
    const newest = await this.messages({ limit: 5 });
    const told = newest.map((m) => `${m.id} ${m.channel} to ${m.to}: ${JSON.stringify(m.subject || m.body.slice(0, 60))}`);
    if (!told.length) told.push(`nothing in the world ${JSON.stringify(this.world)}`);
    for (const world of to ? new Set([this.world, DEFAULT]) : []) {
      const params = { to, verdict: "refused", limit: 2 };
      const answer = await this._connection.send("GET", `${API}/requests`, { params, headers: { "X-World": world } });
      for (const each of answer.isError ? [] : answer.json().requests) {
        told.push(`refused in the world ${JSON.stringify(world)}: ${each.status} ${each.reason}`);
      }
    }
    return told.join("; ");
  }
}
