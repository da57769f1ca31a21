/** The part for Cypress that runs in the browser: the command `cy.mocksms`. */

import { pythonPattern } from "./api.js";

const TASK_SECONDS = 60;

/**
 * Add the command, and a fresh world for each test. The world of a failed test stays.
 *
 * `cy.mocksms("waitForCode", "090-1234-5678", { timeout: 30 })` is the call of the client in Node, as JSON.
 *
 * @param {any} [global] where Cypress's names are
 */
export function addCommands(global = globalThis) {
  const { Cypress, beforeEach, afterEach, crypto } = global;
  let world = "";
  beforeEach(() => {
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(8))); // randomUUID is for secure pages only
    world = `t${bytes.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
    return global.cy.task("mocksmsEnter", world, { log: false });
  });
  afterEach(/** @this {any} */ function () {
    const keep = this.currentTest?.state === "failed";
    return global.cy.task("mocksmsLeave", { world, keep }, { log: false });
  });
  Cypress.Commands.add("mocksms", (/** @type {string} */ call, /** @type {any[]} */ ...args) => {
    const patience = Math.max(0, ...args.map((each) => Number(each?.timeout ?? each?.seconds ?? 0)));
    return global.cy.task("mocksms", { world, call, args: args.map(plain) }, { timeout: (TASK_SECONDS + patience) * 1000 });
  });
}

/**
 * @param {any} given
 * @returns {any}
 */
function plain(given) {
  return given?.pattern instanceof RegExp ? { ...given, pattern: pythonPattern(given.pattern) } : given;
}
