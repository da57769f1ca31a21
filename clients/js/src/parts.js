/** Parts of a phone's client: faults, calls and accounts of the authenticator app. */

import { API } from "./api.js";
import { Received } from "./messages.js";

/** @typedef {import("./phone.js").Phone} Phone */

/** The faults of a phone's world. */
export class Faults {
  /** @param {Phone} phone */
  constructor(phone) {
    this._phone = phone;
  }

  /**
   * Set a fault and return its id.
   *
   * `what` is reject, undelivered (with `code`), delay, slow (`seconds`), duplicate, drop, http_status (`status`),
   * hang_up or smtp_code (`code`). `channel`, `to`, `sender` and `share` choose the messages; `times: 1` means the
   * next one only.
   *
   * @param {string} what
   * @param {{ times?: number } & Record<string, any>} [options]
   * @returns {Promise<number>}
   */
  async add(what, { times, sender, ...rule } = {}) {
    const body = { what, times, from: sender, ...rule };
    return (await this._phone.send("POST", `${API}/faults`, { json: body })).json().id;
  }

  /**
   * Return the faults that are set.
   *
   * @returns {Promise<Record<string, any>[]>}
   */
  async all() {
    return (await this._phone.send("GET", `${API}/faults`)).json().faults;
  }

  /** Clear all faults. */
  async clear() {
    await this._phone.send("DELETE", `${API}/faults`);
  }
}

/** A call on a handset, to answer, decline or control. */
export class Call {
  /**
   * @param {Phone} phone
   * @param {Received} received
   */
  constructor(phone, received) {
    this._phone = phone;
    this.received = received;
  }

  /** The id of its message. */
  get id() {
    return this.received.id;
  }

  /** Answer the call. */
  answer() {
    return this._drive("answer");
  }

  /** Decline the call: the caller gets busy. */
  decline() {
    return this._drive("decline");
  }

  /** Hang up. */
  hangup() {
    return this._drive("hangup");
  }

  /**
   * Press keys.
   *
   * @param {string} pressed
   */
  digits(pressed) {
    return this._drive("digits", { digits: pressed });
  }

  /** The provider's current status of the call. @returns {Promise<string>} */
  get status() {
    return this._phone.message(this.id).then((now) => now.status);
  }

  /** The words so far. @returns {Promise<string>} */
  get transcript() {
    return this._phone.message(this.id).then((now) => now.body);
  }

  /**
   * @param {string} action
   * @param {Record<string, string>} [body]
   * @returns {Promise<this>}
   */
  async _drive(action, body = {}) {
    const answer = await this._phone.send("POST", `${API}/calls/${this.id}/${action}`, { json: body });
    this.received = new Received(answer.json());
    return this;
  }
}

/** An account of the world's authenticator app (RFC 6238). */
export class Authenticator {
  /**
   * @param {Phone} phone
   * @param {Record<string, any>} entry
   */
  constructor(phone, entry) {
    this._phone = phone;
    this.entry = entry;
    /** The id of the account. @type {number} */
    this.id = entry.id;
  }

  /** Return the current code by the world's clock. */
  async code() {
    return (await this._phone.send("GET", `${API}/authenticators/${this.id}/code`)).text;
  }

  /**
   * Return a code that was not returned before and stays valid for `seconds`; wait for it.
   *
   * @param {{ seconds?: number }} [options]
   */
  async freshCode({ seconds = 5 } = {}) {
    for (;;) {
      const asked = { params: { fresh: seconds } };
      const answer = await this._phone.send("GET", `${API}/authenticators/${this.id}/code`, asked);
      if (answer.status !== 204) return answer.text; // a long period is over one request's time
    }
  }

  /** Remove the account from the app. */
  async remove() {
    await this._phone.send("DELETE", `${API}/authenticators/${this.id}`);
  }
}
