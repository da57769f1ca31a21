/** What happened in the world of a failed test. */

import { API } from "./api.js";

/** @typedef {{ name: string, contentType: string, body: string | Buffer }} File */

const MOST = 1000;

/**
 * Return a text on what arrived, what did not, and what was refused; then messages, requests and mails as files.
 *
 * @param {import("./phone.js").Phone} phone
 * @returns {Promise<File[]>}
 */
export async function failureReport(phone) {
  const text = (/** @type {string} */ body) => ({ name: "mocksms.txt", contentType: "text/plain", body });
  try {
    const messages = await phone.messages({ limit: MOST });
    const missing = (await phone.send("GET", `${API}/messages/not-arrived`)).json().messages;
    const requests = await phone.requests({ limit: MOST });
    const faults = await phone.faults.all();
    const lines = [
      `world ${phone.world} stays: ${phone.url}/?world=${phone.world}`,
      ...(messages.length ? messages.map((each) => `arrived: ${line(each)}`) : ["nothing arrived"]),
      ...missing.map((/** @type {any} */ each) => `did not arrive: ${line(each)}: ${each.status} ${each.error_code ?? ""}`),
      ...requests.filter((each) => each.verdict === "refused").map((each) => `refused: ${each.path}: ${each.status} ${each.reason}`),
      ...faults.map((each) => `fault: ${JSON.stringify(each)}`),
      ...(messages.length ? [] : [`this world's AccountSid is ${phone.accountSid}, a mailbox of it ${phone.mailbox("name@example.com")}`]),
    ];
    const fields = messages.map((each) => each.fields).concat(missing);
    const files = [text(lines.join("\n")), json("messages", fields), json("requests", requests)];
    for (const { id, channel } of messages) {
      if (channel === "mail") files.push({ name: `mail-${id}.eml`, contentType: "message/rfc822", body: await phone.eml(id) });
    }
    return files;
  } catch (error) {
    return [text(`the phone at ${phone.url} can't be asked: ${error}`)];
  }
}

/**
 * @param {string} name
 * @param {any} found
 * @returns {File}
 */
const json = (name, found) => ({ name: `${name}.json`, contentType: "application/json", body: JSON.stringify(found, null, 1) });

/** @param {Record<string, any>} message */
function line({ channel, from, to, subject, body, code }) {
  const words = (subject || body).split(/\s+/).join(" ").slice(0, 100);
  return `${channel} from ${from} to ${to}: ${JSON.stringify(words)}${code ? ` (code ${code})` : ""}`;
}
