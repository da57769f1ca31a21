import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.spec.js",
  workers: 1,
  timeout: 60_000,
  reporter: [["json", { outputFile: process.env.REPORT }]],
  use: { launchOptions: { executablePath: process.env.BROWSER_PATH, args: (process.env.BROWSER_FLAGS ?? "").split(" ") } },
});
