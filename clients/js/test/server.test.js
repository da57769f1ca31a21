import assert from "node:assert/strict";
import { test } from "node:test";

import { NoAnswer } from "mocksms";
import { startPhone } from "mocksms/server";

import { ME, sendSms } from "./sending.js";

const COMMAND = (process.env.PHONE_COMMAND ?? "mocksms serve").split(" ");

test("a phone is started, used and ended", async () => {
  const server = await startPhone({ command: COMMAND });
  await server.client("w1").with(async (phone) => {
    await sendSms(phone, { Body: "Code 482913" });
    assert.equal(await phone.waitForCode(ME), "482913");
  });
  await server.stop();
  await assert.rejects(server.client().worlds(), NoAnswer);
});

test("a phone that doesn't start says why", async () => {
  await assert.rejects(startPhone({ command: COMMAND, env: { MOCKSMS_THREADS: "many" } }), (error) => {
    assert.ok(error instanceof NoAnswer);
    assert.match(error.message, /MOCKSMS_THREADS/);
    return true;
  });
  await assert.rejects(startPhone({ command: ["no-such-program"] }), /no-such-program.*ENOENT/);
});
