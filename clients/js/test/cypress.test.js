/** Cypress itself is not run here: a stand-in takes its place, which carries JSON between commands and tasks as it does. */

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

import { Phone } from "mocksms";
import { addCommands } from "mocksms/cypress";
import { mocksmsTasks } from "mocksms/cypress/tasks";

import { ME, PHONE_URL, sendSms } from "./sending.js";

/** @param {any} value */
const carried = (value) => JSON.parse(JSON.stringify(value));

/** Return what Cypress would give a test, and the hooks and tasks that it would run. */
function standIn() {
  /** @type {any} */
  const tasks = mocksmsTasks(PHONE_URL);
  /** @type {any} */
  const cy = {
    /** @param {string} name @param {any} given */
    task: async (name, given) => {
      const answer = await tasks[name](carried(given));
      assert.notEqual(answer, undefined, "Cypress refuses a task that returns undefined");
      return carried(answer);
    },
  };
  /** @type {any} */
  const hooks = {};
  addCommands({
    cy,
    crypto: webcrypto,
    Cypress: { Commands: { add: (/** @type {string} */ name, /** @type {any} */ command) => (cy[name] = command) } },
    beforeEach: (/** @type {any} */ hook) => (hooks.before = hook),
    afterEach: (/** @type {any} */ hook) => (hooks.after = hook),
  });
  return { cy, hooks };
}

const worlds = async () => {
  const phone = new Phone(PHONE_URL);
  return (await phone.worlds()).map((each) => each.name);
};

test("the command has the client's calls in a world of the test", async () => {
  const { cy, hooks } = standIn();
  await hooks.before();
  const world = await cy.mocksms("world");
  await sendSms({ url: PHONE_URL, accountSid: await cy.mocksms("accountSid") }, { Body: "Your code is 482913." });
  assert.equal(await cy.mocksms("waitForCode", ME, { timeout: 5, pattern: /(?<code>\d{6})/ }), "482913");
  await assert.rejects(cy.mocksms("waitForCode", ME, { timeout: 0 }), /no new code/);
  assert.equal((await cy.mocksms("sms", ME)).body, "Your code is 482913.");
  assert.equal((await cy.mocksms("messages")).length, 1);
  await cy.mocksms("faults.add", "drop", { times: 1 });
  assert.equal((await cy.mocksms("faults.all")).length, 1);
  const { id } = await cy.mocksms("authenticator", "JBSWY3DPEHPK3PXP");
  assert.match(await cy.mocksms("send", "GET", `/api/v1/authenticators/${id}/code`), /^\d{6}$/);
  assert.equal(await cy.mocksms("reset"), null);
  await hooks.after.call({ currentTest: { state: "passed" } });
  assert.ok(!(await worlds()).includes(world));
});

test("the world of a failed test stays", async () => {
  const { cy, hooks } = standIn();
  await hooks.before();
  const world = await cy.mocksms("world");
  await hooks.after.call({ currentTest: { state: "failed" } });
  assert.ok((await worlds()).includes(world));
  const phone = new Phone(PHONE_URL, world);
  await phone.deleteWorld();
});
