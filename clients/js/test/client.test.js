import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { NoAnswer, NotAPhone, NothingCame, Phone, PhoneError, Received, SomethingCame } from "mocksms";

import { ME, PHONE_URL, inOwnWorld, sendSms } from "./sending.js";

const KEY = "JBSWY3DPEHPK3PXP";

test("a code is returned once, in any spelling of the number", inOwnWorld(async (phone) => {
  await sendSms(phone, { Body: "Your code is 482913." });
  assert.equal(await phone.code(ME), "482913");
  assert.equal(await phone.waitForCode(ME), "482913");
  await assert.rejects(phone.waitForCode("090-1234-5678", { timeout: 0 }), NothingCame);
  await sendSms(phone, { Body: "Your code is 771204." });
  const found = await phone.waitForFoundCode("090-1234-5678");
  assert.equal(found.code, "771204");
  assert.equal(await phone.waitForCode(ME, { since: found.id - 1 }), "771204");
}));

test("a wait ends when the message comes", inOwnWorld(async (phone) => {
  const later = phone.beside(phone.world);
  const code = phone.waitForCode(ME, { timeout: 45, new: true }); // longer than one request
  const text = phone.sms(ME);
  await sendSms(later, { Body: "Code 482913" });
  assert.equal(await code, "482913");
  assert.equal((await text).body, "Code 482913");
  assert.equal((await text).sender, "+815012345678");
  later.close();
}));

test("nothing came: the error names what there is", inOwnWorld(async (phone) => {
  await sendSms(phone, { Body: "Hello" });
  assert.equal((await sendSms(phone, { Body: "x".repeat(1601) })).code, 21617);
  await assert.rejects(phone.leaseNumber({ country: "XX" }), (error) => {
    assert.ok(error instanceof PhoneError);
    assert.deepEqual([error.status, error.problem.status], [422, 422]);
    return true;
  });
  await assert.rejects(phone.waitForCode(ME, { timeout: 0 }), (error) => {
    assert.ok(error instanceof NothingCame);
    assert.match(error.message, /sms to \+819012345678: "Hello"; refused in the world "js[0-9a-f]+": 400/);
    return true;
  });
}));

test("a pattern is text or a regular expression", inOwnWorld(async (phone) => {
  await sendSms(phone, { Body: "Order 100200, token AB-77" });
  assert.equal(await phone.code(ME, { pattern: "token (\\S+)" }), "AB-77");
  assert.equal(await phone.code(ME, { pattern: /(?<=TOKEN )(?<code>\w\w-\d{3})/i }), null);
  assert.equal(await phone.waitForCode(ME, { pattern: /(?<=TOKEN )(?<code>\w\w-(?<n>\d)\k<n>)/i }), "AB-77");
}));

test("expectNothing passes, and names what came or is held back", inOwnWorld(async (phone) => {
  await phone.expectNothing(ME, { seconds: 0.1 });
  await phone.faults.add("delay", { seconds: 5, times: 1 });
  assert.equal((await phone.faults.all()).length, 1);
  await sendSms(phone, { Body: "Code 482913" });
  await assert.rejects(phone.expectNothing(ME, { seconds: 60 }), SomethingCame);
  await phone.moveClock(60);
  assert.equal(await phone.waitForCode(ME), "482913");
  await phone.expectNothing(ME, { seconds: 0 });
  await sendSms(phone, { Body: "Hello" });
  await assert.rejects(phone.expectNothing(ME, { seconds: 0 }), SomethingCame);
}));

test("what is sent to a lease arrives whatever the account", inOwnWorld(async (phone) => {
  const other = phone.beside("default");
  const number = await phone.leaseNumber({ country: "JP" });
  await sendSms(other, { To: number, Body: "Code 482913" });
  assert.equal(await phone.waitForCode(number), "482913");
  assert.match(await phone.leaseMailbox(), /@/);
  other.close();
}));

test("an authenticator's fresh codes differ", inOwnWorld(async (phone) => {
  const app = await phone.authenticator(`otpauth://totp/Mihon:a?secret=${KEY}&issuer=Mihon`, { name: "a" });
  const first = await app.freshCode({ seconds: 0 });
  assert.match(first, /^\d{6}$/);
  const next = app.freshCode();
  await phone.moveClock(31);
  assert.notEqual(await next, first);
  assert.match(await (await phone.authenticator(KEY)).code(), /^\d{6}$/);
  await app.remove();
  await assert.rejects(app.code(), PhoneError);
}));

test("a call is answered and heard", inOwnWorld(async (phone) => {
  const words = "<Response><Say>Your code is 4, 8, 2, 9, 1, 3.</Say></Response>";
  await sendSms(phone, { Twiml: words }, "Calls");
  const call = await phone.call(ME);
  await call.answer();
  assert.equal(await phone.waitForCode(ME), "482913");
  assert.match(await call.transcript, /Your code is/);
  assert.match(await call.status, /in-progress|completed/);
}));

test("messages are listed, read and deleted; requests and replies too", inOwnWorld(async (phone) => {
  await sendSms(phone, { Body: "one" });
  await sendSms(phone, { Body: "two" });
  const [two, one] = await phone.messages({ to: ME, limit: 5 });
  assert.deepEqual([one.body, two.body], ["one", "two"]);
  assert.equal(await phone.lastId(), two.id);
  assert.equal((await phone.message(one.id)).fields.body, "one");
  assert.deepEqual((await phone.requests({ verdict: "accepted" })).map((each) => each.wire), ["twilio", "twilio"]);
  assert.equal((await phone.reply(ME, "+815012345678", "STOP")).body, "STOP");
  assert.equal((await phone.messages({ sender: ME })).length, 1);
  assert.equal(await phone.delete({ q: "one" }), 1);
  await phone.reset();
  assert.deepEqual(await phone.messages(), []);
}));

test("a world lives from entering to leaving, one that existed stays", async () => {
  const outer = await new Phone(PHONE_URL, "js-outer").enter();
  const names = async () => (await outer.worlds()).map((each) => each.name);
  const failing = new Phone(PHONE_URL, "js-inner").with(async () => {
    assert.ok((await names()).includes("js-inner"));
    throw new Error("the test's own");
  });
  await assert.rejects(failing, /the test's own/);
  await new Phone(PHONE_URL, "js-outer").with(() => {});
  assert.ok((await names()).includes("js-outer") && !(await names()).includes("js-inner"));
  assert.equal(outer.mailbox("taro@example.com"), "taro+js-outer@example.com");
  await outer[Symbol.asyncDispose]();
  const left = new Phone(PHONE_URL);
  assert.ok(!(await left.worlds()).some((each) => each.name === "js-outer"));
  left.close();
});

/** @param {(url: string, asked: import("node:http").IncomingMessage[]) => Promise<void>} work */
async function withServer(work) {
  /** @type {import("node:http").IncomingMessage[]} */
  const asked = [];
  const server = createServer((request, answer) => {
    asked.push(request);
    answer.setHeader("Content-Type", "application/json").end('{"messages": []}');
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    await work(`127.0.0.1:${port}`, asked);
  } finally {
    server.close();
  }
}

test("a check tells a phone from another server", inOwnWorld(async (phone) => {
  await phone.check();
  await withServer(async (address) => {
    const other = new Phone(`http://me:hunter1@${address}`);
    await assert.rejects(other.check(), (error) => {
      assert.ok(error instanceof NotAPhone);
      assert.equal(error.message, `http://${address} is not a phone: it answered GET /healthz with 200`);
      return true;
    });
    other.close();
  });
}));

test("the log-in is the address's, else the environment's, and no proxy sees it", async () => {
  const variables = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"];
  const before = { ...process.env };
  await withServer(async (host, asked) => {
    for (const name of variables) process.env[name] = "http://127.0.0.1:9";
    process.env.MOCKSMS_PASSWORD = "of the environment";
    try {
      const named = new Phone(`http://qa:p%40ss@${host}/`);
      await named.messages();
      await new Phone(`http://${host}`).messages();
      assert.equal(named.url, `http://${host}`);
    } finally {
      process.env = before;
    }
    const logins = asked.map((each) => Buffer.from((each.headers.authorization ?? "").slice(6), "base64").toString());
    assert.deepEqual(logins, ["qa:p@ss", "mocksms:of the environment"]);
  });
});

test("a phone that isn't there is one clear error", async () => {
  await assert.rejects(new Phone("http://127.0.0.1:9").messages(), (error) => {
    assert.ok(error instanceof NoAnswer);
    assert.match(error.message, /nothing answers at http:\/\/127\.0\.0\.1:9/);
    return true;
  });
});

test("a link is found by its words, its address, or the text before it", () => {
  const fields = { subject: "Sign in", body: "Approve: https://a.example/1 or https://a.example/2", links: ["https://a.example/1", "https://a.example/2"] };
  const html = '<a href="https://a.example/1?x=1&amp;y=2"><b>Approve&nbsp;it</b></a>';
  assert.equal(new Received({ ...fields, html }).link("Approve it"), "https://a.example/1?x=1&y=2");
  const plain = new Received({ ...fields, html: "" });
  assert.deepEqual([plain.link("/2"), plain.link("Approve"), plain.link("or")], [fields.links[1], fields.links[0], fields.links[1]]);
  assert.throws(() => plain.link("Decline"), NothingCame);
});
