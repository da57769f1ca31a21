/** What the tests send by, as an app would. */

import { randomBytes } from "node:crypto";

import { Phone } from "mocksms";

export const PHONE_URL = process.env.MOCKSMS_URL ?? "";
export const ME = "+819012345678";

/** @param {(phone: Phone) => Promise<void>} work */
export const inOwnWorld = (work) => () => new Phone(PHONE_URL, `js${randomBytes(6).toString("hex")}`).with(work);

/**
 * Send by the provider's API, which knows no world but that of the account.
 *
 * @param {{ url: string, accountSid: string }} phone
 * @param {Record<string, string>} data
 * @param {string} [what]
 */
export async function sendSms({ url, accountSid }, data, what = "Messages") {
  const answer = await fetch(`${url}/2010-04-01/Accounts/${accountSid}/${what}.json`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${accountSid}:token`)}` },
    body: new URLSearchParams({ To: ME, From: "+815012345678", ...data }),
  });
  return { status: answer.status, ...(await answer.json()) };
}
