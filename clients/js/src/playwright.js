/** Fixtures for Playwright Test. */

import { randomBytes } from "node:crypto";

import { test as base } from "@playwright/test";

import { Phone } from "./phone.js";
import { failureReport } from "./report.js";

export { expect } from "@playwright/test";

/**
 * @typedef {object} Options
 * @property {string} mocksmsUrl the address of the running phone: MOCKSMS_URL, else http://localhost:8001
 */
/**
 * @typedef {object} Fixtures
 * @property {Phone} mocksmsPhone a client in a fresh world of this test
 */

/**
 * Playwright's `test` with a phone. The world of a failed test stays, and its messages are attached to the report.
 *
 * @type {import("@playwright/test").TestType<
 *   import("@playwright/test").PlaywrightTestArgs & import("@playwright/test").PlaywrightTestOptions & Fixtures & Options,
 *   import("@playwright/test").PlaywrightWorkerArgs & import("@playwright/test").PlaywrightWorkerOptions
 * >}
 */
export const test = base.extend(
  /** @type {import("@playwright/test").Fixtures<Fixtures & Options>} */ ({
    mocksmsUrl: [process.env.MOCKSMS_URL ?? "http://localhost:8001", { option: true }],

    mocksmsPhone: async ({ mocksmsUrl }, use, testInfo) => {
      // the form of the names that pytest's fixture gives: a report looks into no other test's world
      const phone = await new Phone(mocksmsUrl, `t${randomBytes(8).toString("hex")}`).enter();
      try {
        await use(phone);
      } finally {
        if (testInfo.status !== testInfo.expectedStatus) {
          for (const { name, ...file } of await failureReport(phone)) await testInfo.attach(name, file);
          phone.keepWorld();
        }
        await phone.leave();
      }
    },
  }),
);
