/** A phone that the tests start themselves: a process of `mocksms serve` on free ports with data of its own. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { NoAnswer } from "./errors.js";
import { Phone } from "./phone.js";

const LOOK_MILLISECONDS = 100;

/** A running phone, for as long as the tests run. */
export class PhoneServer {
  /**
   * @param {import("node:child_process").ChildProcess} program
   * @param {string} url
   * @param {number} smtpPort
   * @param {string} folder
   */
  constructor(program, url, smtpPort, folder) {
    this._program = program;
    /** The address of its pages and providers. */
    this.url = url;
    /** The port of its mail server. */
    this.smtpPort = smtpPort;
    this._folder = folder;
  }

  /**
   * Return a client of one of its worlds.
   *
   * @param {string} [world]
   */
  client(world) {
    return new Phone(this.url, world);
  }

  /** End it and delete its data. */
  async stop() {
    if (this._program.pid && this._program.exitCode === null && this._program.signalCode === null) {
      const ended = new Promise((resolve) => this._program.once("exit", resolve));
      this._program.kill("SIGTERM");
      await ended;
    }
    await rm(this._folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose]() {
    await this.stop();
  }
}

/**
 * Start a phone and return it once it answers. Throw {@link NoAnswer} with its own words if it ends, or says nothing
 * for `timeout` seconds.
 *
 * @param {{ command?: string[], env?: Record<string, string>, timeout?: number }} [options] `env` are further settings
 */
export async function startPhone({ command = ["mocksms", "serve"], env = {}, timeout = 60 } = {}) {
  const [port, smtpPort] = await freePorts(2);
  const folder = await mkdtemp(join(tmpdir(), "mocksms-"));
  const settings = { MOCKSMS_PORT: `${port}`, MOCKSMS_SMTP_PORT: `${smtpPort}`, MOCKSMS_INSTANCE: folder };
  const [name, ...given] = command;
  const program = spawn(name, given, { env: { ...process.env, ...settings, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  const server = new PhoneServer(program, `http://127.0.0.1:${port}`, smtpPort, folder);
  let words = "";
  program.stderr.on("data", (part) => (words = (words + part).slice(-2000)));
  program.on("error", (error) => (words = error.message));
  const phone = server.client();
  for (const until = Date.now() + timeout * 1000; Date.now() < until && isAlive(program); await sleep(LOOK_MILLISECONDS)) {
    try {
      await phone.worlds();
      phone.close();
      return server;
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        await server.stop();
        throw error;
      }
    }
  }
  await server.stop();
  throw new NoAnswer(`${command.join(" ")} didn't start a phone: ${words.trim()}`);
}

/** @param {import("node:child_process").ChildProcess} program */
const isAlive = (program) => program.pid !== undefined && program.exitCode === null && program.signalCode === null;

/**
 * @param {number} count
 * @returns {Promise<number[]>}
 */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map((each) => new Promise((ready) => each.listen(0, "127.0.0.1", () => ready(/** @type {import("node:net").AddressInfo} */ (each.address()).port)))),
  );
  await Promise.all(servers.map((each) => new Promise((closed) => each.close(closed))));
  return ports;
}
