/** Requests to one address. No proxy of the environment and no global dispatcher takes part. */

import http from "node:http";
import https from "node:https";

import { NoAnswer, PhoneError } from "./errors.js";

const REQUEST_MILLISECONDS = 70_000;

/**
 * @typedef {object} Content
 * @property {Record<string, any>} [params] the query; undefined and null are omitted
 * @property {any} [json] a JSON body
 * @property {Record<string, any>} [data] a body of form fields; a list is one field several times
 * @property {Record<string, string>} [headers]
 */

/** An answer. */
export class Answer {
  /**
   * @param {number} status
   * @param {http.IncomingHttpHeaders} headers
   * @param {Buffer} content
   */
  constructor(status, headers, content) {
    this.status = status;
    this.headers = headers;
    this.content = content;
  }

  get isError() {
    return this.status >= 400;
  }

  /** The content type, perhaps empty. */
  get type() {
    return this.headers["content-type"] ?? "";
  }

  get text() {
    return this.content.toString("utf8");
  }

  /** @returns {any} */
  json() {
    return JSON.parse(this.text);
  }
}

/** An address with its log-in. */
export class Connection {
  /**
   * The log-in is that of `http://user:password@host`, else the password of the environment with any user name.
   *
   * @param {string} baseUrl
   * @param {string | undefined} password
   */
  constructor(baseUrl, password) {
    const url = new URL(baseUrl);
    const [user, key] = url.username || url.password ? [url.username, url.password].map(decodeURIComponent) : ["mocksms", password];
    this.authorization = key ? `Basic ${Buffer.from(`${user}:${key}`).toString("base64")}` : undefined;
    url.username = url.password = "";
    /** The address without log-in, to show it or give it to an app. */
    this.url = url.href.replace(/\/+$/, "");
    this._wire = url.protocol === "https:" ? https : http;
    this._agent = new this._wire.Agent(); // the global agent may use a proxy
  }

  /**
   * Send a request and return the answer, whatever its status.
   *
   * @param {string} method
   * @param {string} path
   * @param {Content} [content]
   * @returns {Promise<Answer>}
   */
  async send(method, path, content = {}) {
    const url = new URL(this.url + path);
    for (const [name, value] of fields(content.params)) url.searchParams.append(name, value);
    /** @type {Record<string, string | number>} */
    const headers = { ...(this.authorization && { Authorization: this.authorization }), ...content.headers };
    let body = Buffer.alloc(0);
    if (content.json !== undefined) {
      body = Buffer.from(JSON.stringify(content.json));
      headers["Content-Type"] = "application/json";
    } else if (content.data !== undefined) {
      body = Buffer.from(new URLSearchParams(fields(content.data)).toString());
      headers["Content-Type"] = "application/x-www-form-urlencoded";
    }
    if (body.length || method !== "GET") headers["Content-Length"] = body.length;
    try {
      return await this._exchange(url, { method, headers, agent: this._agent, signal: AbortSignal.timeout(REQUEST_MILLISECONDS) }, body);
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      throw new NoAnswer(`${method} ${path}: nothing answers at ${this.url}: ${message || code}`, { cause: error });
    }
  }

  /**
   * Send a request and return the answer. Throw {@link PhoneError} when it is refused.
   *
   * @param {string} method
   * @param {string} path
   * @param {Content} [content]
   */
  async ask(method, path, content) {
    const answer = await this.send(method, path, content);
    if (answer.isError) throw new PhoneError(`${method} ${path}`, answer);
    return answer;
  }

  /**
   * @param {URL} url
   * @param {http.RequestOptions} options
   * @param {Buffer} body
   * @returns {Promise<Answer>}
   */
  _exchange(url, options, body) {
    return new Promise((resolve, reject) => {
      const request = this._wire.request(url, options, (answer) => {
        /** @type {Buffer[]} */
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve(new Answer(answer.statusCode ?? 0, answer.headers, Buffer.concat(parts))));
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** Close the connections. */
  close() {
    this._agent.destroy();
  }
}

/**
 * @param {Record<string, any> | undefined} given
 * @returns {[string, string][]}
 */
function fields(given) {
  return Object.entries(given ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [value].flat().map((each) => /** @type {[string, string]} */ ([name, String(each)])),
  );
}
