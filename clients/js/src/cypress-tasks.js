/** The part for Cypress that runs in Node: tasks that ask the phone. */

import { Answer } from "./connection.js";
import { Received } from "./messages.js";
import { Authenticator, Call } from "./parts.js";
import { Phone } from "./phone.js";

/** @typedef {{ world: string, call: string, args: any[] }} Asked `call` is a call of the client, such as "faults.add" */

/**
 * Return the tasks for `on("task", mocksmsTasks())` in the configuration of Cypress.
 *
 * @param {string} [url] the phone; MOCKSMS_URL, else http://localhost:8001
 */
export function mocksmsTasks(url = process.env.MOCKSMS_URL ?? "http://localhost:8001") {
  /** One client a world: a code is returned once in a test. @type {Map<string, Phone>} */
  const phones = new Map();
  return {
    /** @param {string} world */
    async mocksmsEnter(world) {
      phones.set(world, await new Phone(url, world).enter());
      return null;
    },

    /** @param {Asked} asked */
    async mocksms({ world, call, args }) {
      /** @type {any} */
      let found = phones.get(world);
      let owner = found;
      for (const name of call.split(".")) [owner, found] = [found, found[name]];
      return plain(await (typeof found === "function" ? found.apply(owner, args) : found));
    },

    /** @param {{ world: string, keep: boolean }} given */
    async mocksmsLeave({ world, keep }) {
      const phone = phones.get(world);
      phones.delete(world);
      if (keep) phone?.keepWorld();
      await phone?.leave();
      return null;
    },
  };
}

/**
 * Return an answer as Cypress carries it to the browser: JSON.
 *
 * @param {any} found
 * @returns {any}
 */
function plain(found) {
  if (found instanceof Received) return found.fields;
  if (found instanceof Call) return found.received.fields;
  if (found instanceof Authenticator) return found.entry;
  if (found instanceof Answer) return found.type.includes("json") ? found.json() : found.text;
  if (Buffer.isBuffer(found)) return found.toString("base64");
  if (Array.isArray(found)) return found.map(plain);
  return found ?? null;
}
