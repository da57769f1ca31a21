/** Personas of the site in sandbox mode, as Playwright's `storageState`, with their passkeys. */

import { DEFAULT } from "./api.js";
import { Connection } from "./connection.js";

const API = "/sandbox/api";

/**
 * @typedef {object} Made what the site says of a persona that was made
 * @property {string} name
 * @property {string} called the name in the site's greeting
 * @property {string} email
 * @property {string | null} phone
 * @property {string} password
 * @property {string | null} secret
 * @property {string} state
 * @property {string} lands the path where the state shows
 * @property {string} world
 * @property {Record<string, string>} cookies
 * @property {{ credentialId: string, privateKey: string, userHandle: string }} [passkey]
 */

/** @typedef {{ name: string, value: string, domain: string, path: string, expires: number, httpOnly: boolean, secure: boolean, sameSite: "Lax" }} Cookie */

/** A persona that was made, and what a browser must hold to be in its state. */
export class Persona {
  /**
   * @param {string} siteUrl
   * @param {Made} made
   */
  constructor(siteUrl, made) {
    this.siteUrl = siteUrl;
    this.name = made.name;
    this.called = made.called;
    this.email = made.email;
    this.phone = made.phone;
    this.password = made.password;
    this.secret = made.secret;
    this.state = made.state;
    this.world = made.world;
    this.cookies = made.cookies;
    this.passkey = made.passkey;
    /** The address where the state shows; its first visit chooses the world. */
    const lands = new URL(siteUrl + made.lands);
    if (made.world !== DEFAULT) lands.searchParams.set("world", made.world);
    this.lands = lands.href;
  }

  /**
   * The state as `browser.newContext({ storageState })` and `test.use({ storageState })` take it.
   *
   * A passkey is in no `storageState`: see {@link addPasskey}.
   *
   * @returns {{ cookies: Cookie[], origins: [] }}
   */
  get storageState() {
    const { hostname, protocol } = new URL(this.siteUrl);
    const where = { domain: hostname, path: "/", expires: -1, httpOnly: true, secure: protocol === "https:" };
    const cookies = Object.entries(this.cookies).map(
      ([name, value]) => /** @type {Cookie} */ ({ name, value, ...where, sameSite: "Lax" }),
    );
    return { cookies, origins: [] };
  }

  /**
   * Put this persona's passkey into a virtual authenticator of a page (Chromium only), which then answers the site as
   * a person who touches the reader would.
   *
   * @param {Page} page
   * @returns {Promise<void>}
   */
  async addPasskey(page) {
    if (!this.passkey) throw new Error(`the persona ${this.name} has no passkey`);
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const rpId = new URL(this.siteUrl).hostname;
    const credential = { ...this.passkey, isResidentCredential: true, rpId, signCount: 0 };
    await session.send("WebAuthn.addCredential", { authenticatorId, credential });
  }
}

/** @typedef {{ context(): { newCDPSession(page: any): Promise<any> } }} Page Playwright's, of which this is needed */

/**
 * Make a persona and return it.
 *
 * With `signedIn` the cookies are a plain session's, whatever else the state would be. The log-in of protected tools is
 * that of the address, else WEBAPP_TOOLS_PASSWORD. Throw {@link import("./errors.js").PhoneError} when the site refuses.
 *
 * @param {string} siteUrl
 * @param {string} name
 * @param {{ world?: string, signedIn?: boolean, language?: string }} [options]
 */
export async function makePersona(siteUrl, name, { world = DEFAULT, signedIn = false, language } = {}) {
  return withSite(siteUrl, async (site) => {
    const json = { name, signed_in: signedIn, language };
    const answer = await site.ask("POST", `${API}/personas`, { json, headers: { "X-World": world } });
    return new Persona(site.url, answer.json());
  });
}

/**
 * Create a world of the site and its phone. Return false if it already exists.
 *
 * @param {string} siteUrl
 * @param {string} world
 */
export function makeWorld(siteUrl, world) {
  return withSite(siteUrl, async (site) => (await site.ask("PUT", `${API}/worlds/${world}`)).status === 201);
}

/**
 * Delete a world of the site and its phone.
 *
 * @param {string} siteUrl
 * @param {string} world
 */
export function deleteWorld(siteUrl, world) {
  return withSite(siteUrl, async (site) => void (await site.ask("DELETE", `${API}/worlds/${world}`)));
}

/**
 * @template R
 * @param {string} siteUrl
 * @param {(site: Connection) => Promise<R>} work
 */
async function withSite(siteUrl, work) {
  const site = new Connection(siteUrl, process.env.WEBAPP_TOOLS_PASSWORD);
  try {
    return await work(site);
  } finally {
    site.close();
  }
}
