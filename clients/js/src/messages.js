/** Messages as objects. */

import { decodeHTML } from "entities";

import { NothingCame } from "./errors.js";

const ANCHOR = /<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)<\/a>/gis;

/** A message. Each field of the API is a property, `from` is also `sender`. */
export class Received {
  /** @param {Record<string, any>} fields */
  constructor(fields) {
    /** @type {number} */ this.id = fields.id;
    /** @type {"sms" | "call" | "mail"} */ this.channel = fields.channel;
    /** @type {string} */ this.from = fields.from;
    /** @type {string} */ this.to = fields.to;
    /** @type {string} */ this.subject = fields.subject;
    /** @type {string} */ this.body = fields.body;
    /** @type {string} */ this.html = fields.html;
    /** @type {string | null} */ this.code = fields.code;
    /** @type {string[]} */ this.links = fields.links;
    /** @type {string} */ this.status = fields.status;
    /** @type {string} */ this.received_at = fields.received_at;
    Object.assign(this, fields);
    /** All fields. */
    this.fields = fields;
  }

  get sender() {
    return this.from;
  }

  /**
   * Return the first address whose link text, or which itself, contains `text`.
   *
   * In a mail without HTML, return the address that follows `text`. Throw {@link NothingCame}.
   *
   * @param {string} [text]
   * @returns {string}
   */
  link(text = "") {
    for (const [, double, single, inner] of (this.html ?? "").matchAll(ANCHOR)) {
      const words = decodeHTML(inner.replace(/<[^>]+>/g, "")).replace(/\s+/g, " ").trim();
      if (words.includes(text)) return decodeHTML(double ?? single);
    }
    const named = this.links.find((address) => address.includes(text));
    if (named !== undefined) return named;
    const at = this.body.indexOf(text);
    const after = at < 0 ? "" : this.body.slice(at + text.length);
    const following = this.links.find((address) => after.includes(address));
    if (following !== undefined) return following;
    throw new NothingCame(`no link ${JSON.stringify(text)} in ${JSON.stringify(this.subject || this.body)}: ${this.links}`);
  }
}
