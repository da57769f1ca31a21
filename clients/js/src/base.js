/** The base of the client: the phone's address, the world, and reading messages. */

import { createHash } from "node:crypto";

import { API, DEFAULT, HEALTH, VERSION_HEADER, query } from "./api.js";
import { Connection } from "./connection.js";
import { NotAPhone } from "./errors.js";
import { Received } from "./messages.js";

/**
 * @typedef {object} Filters
 * @property {"sms" | "call" | "mail"} [channel]
 * @property {string} [to]
 * @property {string} [sender]
 * @property {string} [q] full text
 * @property {number} [since] the id of a message: only newer ones
 * @property {number} [limit]
 */

/** One world of a running phone. */
export class PhoneWorld {
  /**
   * @param {string} baseUrl the phone's address, perhaps with a log-in
   * @param {string} [world]
   */
  constructor(baseUrl, world = DEFAULT) {
    this._connection = new Connection(baseUrl, process.env.MOCKSMS_PASSWORD);
    /** The address with its log-in: not to be shown. */
    this.address = baseUrl;
    /** The address without log-in. */
    this.url = this._connection.url;
    this.world = world;
    /** The addresses for which this client waited. @type {Set<string>} */
    this.awaitedAddresses = new Set();
    /** The last id of a given code by address. @type {Map<string, number>} */
    this._given = new Map();
    this._madeWorld = false;
  }

  /** The AccountSid with which a sender's SDK sends into this world. */
  get accountSid() {
    return `AC${createHash("md5").update(`world:${this.world}`).digest("hex")}`;
  }

  /**
   * Return a mailbox of this world: the address with the world as its plus-tag.
   *
   * @param {string} address
   */
  mailbox(address) {
    return this.world === DEFAULT ? address : address.replace("@", `+${this.world}@`);
  }

  /** Keep the world that was made on entering. */
  keepWorld() {
    this._madeWorld = false;
  }

  /** Close the connections. */
  close() {
    this._connection.close();
  }

  /**
   * Return messages, newest first; filters are the API's (`channel`, `to`, `sender`, `q`, `since`, `limit`).
   *
   * @param {Filters} [filters]
   */
  async messages(filters = {}) {
    const { messages } = (await this._get("/messages", filters)).json();
    return /** @type {Record<string, any>[]} */ (messages).map((fields) => new Received(fields));
  }

  /**
   * Return one message with its checks and its raw source.
   *
   * @param {number} messageId
   */
  async message(messageId) {
    return new Received((await this._get(`/messages/${messageId}`)).json());
  }

  /**
   * Return `number`, `name`, `type`, `size` (bytes) and `url` of each attachment of a mail, in its order.
   *
   * @param {number} messageId
   * @returns {Promise<Record<string, any>[]>}
   */
  async attachments(messageId) {
    return (await this._get(`/messages/${messageId}/attachments`)).json().attachments;
  }

  /**
   * Return the content of an attachment of a mail. They are numbered from 0.
   *
   * @param {number} messageId
   * @param {{ number?: number }} [options]
   */
  async attachment(messageId, { number = 0 } = {}) {
    return (await this._get(`/messages/${messageId}/attachments/${number}`)).content;
  }

  /**
   * Return the source of a mail, byte for byte.
   *
   * @param {number} messageId
   */
  async eml(messageId) {
    return (await this._get(`/messages/${messageId}/mail.eml`)).content;
  }

  /** Throw {@link NotAPhone} if something else answers at the address. */
  async check() {
    const answer = await this._connection.send("GET", HEALTH);
    if (!(VERSION_HEADER in answer.headers)) throw new NotAPhone(this.url, `GET ${HEALTH}`, answer);
  }

  /** Return the id of the newest message, 0 without one: `since` for "from now on". */
  async lastId() {
    const [newest] = await this.messages({ limit: 1 });
    return newest ? newest.id : 0;
  }

  /**
   * Send one request to the phone in this world. Throw {@link PhoneError} when the phone refuses it.
   *
   * @param {string} method
   * @param {string} path
   * @param {import("./connection.js").Content} [content]
   */
  send(method, path, content = {}) {
    return this._connection.ask(method, path, { ...content, headers: { "X-World": this.world, ...content.headers } });
  }

  /**
   * @param {string} path
   * @param {Record<string, any>} [filters]
   */
  _get(path, filters = {}) {
    return this.send("GET", API + path, { params: query(filters) });
  }
}
