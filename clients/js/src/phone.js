/** The client of one world of a running phone. */

import { API, DEFAULT, query } from "./api.js";
import { Received } from "./messages.js";
import { Authenticator, Faults } from "./parts.js";
import { Waits } from "./waits.js";

/**
 * One world of a running phone. All times are seconds.
 *
 * `await using phone = await new Phone(url, "w1").enter()` creates the world and deletes it at the end, like
 * `await new Phone(url, "w1").with(async (phone) => …)`. An existing world stays.
 */
export class Phone extends Waits {
  /**
   * @param {string} baseUrl the phone's address, perhaps with a log-in; else MOCKSMS_PASSWORD is the password
   * @param {string} [world]
   */
  constructor(baseUrl, world) {
    super(baseUrl, world);
    /** The faults of the world. */
    this.faults = new Faults(this);
  }

  /** Create the world, unless there is one, and return this client. */
  async enter() {
    this._madeWorld = this.world !== DEFAULT && (await this.makeWorld());
    return this;
  }

  /** Delete the world if {@link enter} created it, and close the connections. */
  async leave() {
    try {
      const path = `${API}/worlds/${this.world}`;
      if (this._madeWorld) await this._connection.send("DELETE", path); // 404 when the test deleted it
    } finally {
      this._madeWorld = false;
      this.close();
    }
  }

  async [Symbol.asyncDispose]() {
    await this.leave();
  }

  /**
   * Enter, do the work, and leave however it ends. Return what the work returns.
   *
   * @template R
   * @param {(phone: this) => R | Promise<R>} work
   * @returns {Promise<R>}
   */
  async with(work) {
    await this.enter();
    try {
      return await work(this);
    } finally {
      await this.leave();
    }
  }

  /**
   * Return a client of another world of the same phone.
   *
   * @param {string} world
   */
  beside(world) {
    return new Phone(this.address, world);
  }

  /**
   * Return senders' requests to the providers, newest first, refused ones included.
   *
   * Filters are the API's: `wire`, `to`, `verdict` (accepted or refused), `since`, `limit`. Requests that name no
   * world are in the default one.
   *
   * @param {Record<string, any>} [filters]
   * @returns {Promise<Record<string, any>[]>}
   */
  async requests(filters) {
    return (await this._get("/requests", filters)).json().requests;
  }

  /**
   * Delete the messages that match, all without filters. Return how many were deleted.
   *
   * @param {import("./base.js").Filters} [filters]
   * @returns {Promise<number>}
   */
  async delete(filters = {}) {
    return (await this.send("DELETE", `${API}/messages`, { params: query(filters) })).json().deleted;
  }

  /**
   * Add an account to the world's authenticator and return it.
   *
   * `key` is the key or the `otpauth:` address, or the bytes of a picture with its QR code. The account is shown on
   * the `handset` of this number, if one is given.
   *
   * @param {string | Uint8Array} key
   * @param {{ handset?: string, name?: string, issuer?: string }} [options]
   */
  async authenticator(key, { handset, name, issuer } = {}) {
    const isUri = typeof key === "string" && key.trim().toLowerCase().startsWith("otpauth:");
    const how = typeof key !== "string" ? "picture" : isUri ? "uri" : "key";
    const text = typeof key === "string" ? key : Buffer.from(key).toString("base64");
    const body = { [how]: text, handset, name, issuer };
    return new Authenticator(this, (await this.send("POST", `${API}/authenticators`, { json: body })).json());
  }

  /** Reset the world: messages, handsets, authenticators, faults, clock. */
  async reset() {
    await this.send("POST", `${API}/reset`);
    this._given.clear();
  }

  /**
   * Send a text typed on a handset.
   *
   * @param {string} handset
   * @param {string} to
   * @param {string} body
   */
  async reply(handset, to, body) {
    return new Received((await this.send("POST", `${API}/replies`, { json: { from: handset, to, body } })).json());
  }

  /**
   * Set where texts typed to a number are posted.
   *
   * @param {string} number
   * @param {string} url
   */
  async setWebhook(number, url) {
    await this.send("PUT", `${API}/numbers/${number}`, { json: { sms_url: url } });
  }

  /**
   * Return name and account_sid of each world.
   *
   * @returns {Promise<{ name: string, account_sid: string }[]>}
   */
  async worlds() {
    return (await this.send("GET", `${API}/worlds`)).json().worlds;
  }

  /** Create this world. Return false if it already exists. */
  async makeWorld() {
    const isNew = (await this.send("PUT", `${API}/worlds/${this.world}`)).status === 201;
    if (isNew) this._given.clear(); // their ids were another world's
    return isNew;
  }

  /** Delete this world and all in it (the default one can only be reset). */
  async deleteWorld() {
    await this.send("DELETE", `${API}/worlds/${this.world}`);
  }

  /**
   * Reserve a mobile number: what is sent to it arrives in this world, whatever the AccountSid.
   *
   * `country` has two letters and defaults to the phone's own. The lease ends with the world.
   *
   * @param {{ country?: string }} [options]
   * @returns {Promise<string>}
   */
  async leaseNumber({ country } = {}) {
    return (await this.send("POST", `${API}/leases`, { json: { kind: "number", country } })).json().address;
  }

  /**
   * Reserve a mailbox: what is sent to it arrives in this world. The lease ends with the world.
   *
   * @returns {Promise<string>}
   */
  async leaseMailbox() {
    return (await this.send("POST", `${API}/leases`, { json: { kind: "mailbox" } })).json().address;
  }

  /**
   * Set the phone's clock to real time plus this many seconds.
   *
   * @param {number} offset
   */
  async moveClock(offset) {
    await this.send("PUT", `${API}/clock`, { json: { offset } });
  }
}
