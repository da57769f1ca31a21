import { expect, test } from "mocksms/playwright";
import { deleteWorld, makePersona, makeWorld } from "mocksms/personas";

import { sendSms } from "../sending.js";

const SITE = process.env.SITE_URL ?? "";
const GREETING = "#nav-link-accountList-nav-line-1";

test("a persona is at the code page, and the phone has its code", async ({ browser, mocksmsPhone }) => {
  const { world } = mocksmsPhone;
  await makeWorld(SITE, world);
  const coded = await makePersona(SITE, "coded", { world });
  const context = await browser.newContext({ storageState: coded.storageState });
  const page = await context.newPage();
  await page.goto(coded.lands);
  await page.locator("#auth-mfa-otpcode").fill(await mocksmsPhone.waitForCode(coded.phone ?? ""));
  await page.locator("#auth-signin-button").click();
  await expect(page.locator(GREETING)).toContainText(coded.called);
  await context.close();
  await deleteWorld(SITE, world);
});

test("a persona's passkey signs in", async ({ browser, mocksmsPhone }) => {
  const { world } = mocksmsPhone;
  await makeWorld(SITE, world);
  const persona = await makePersona(SITE, "passkey", { world });
  const context = await browser.newContext({ storageState: persona.storageState });
  const page = await context.newPage();
  await page.goto(persona.lands);
  await expect(page.getByText(persona.called)).toHaveCount(0);
  await persona.addPasskey(page);
  await page.goto(persona.lands);
  await expect(page.locator(GREETING)).toContainText(persona.called);
  await context.close();
  await deleteWorld(SITE, world);
});

test("signed in, whatever the state would be", async ({ browser }) => {
  const taro = await makePersona(SITE, "taro", { signedIn: true });
  const context = await browser.newContext({ storageState: taro.storageState });
  const page = await context.newPage();
  await page.goto(`${SITE}/`);
  await expect(page.locator(GREETING)).toContainText(taro.called);
  await context.close();
});

test("fails on purpose", async ({ mocksmsPhone }) => {
  await sendSms(mocksmsPhone, { Body: "Your code is 482913." });
  expect(await mocksmsPhone.waitForCode("+819012345678")).toBe("000000");
});
