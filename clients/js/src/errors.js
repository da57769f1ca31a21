/** Errors of the client. */

/** The phone or the site refused a request; the text says why. */
export class PhoneError extends Error {
  name = "PhoneError";

  /**
   * @param {string} asked
   * @param {import("./connection.js").Answer} answer
   */
  constructor(asked, answer) {
    const isProblem = answer.type.startsWith("application/problem+json");
    const problem = isProblem ? answer.json() : {};
    const reason = problem.detail || problem.title || answer.text;
    super(`${asked}: ${answer.status} ${reason.split(/\s+/).filter(Boolean).join(" ")}`);
    /** The status of HTTP. */
    this.status = answer.status;
    /** Its problem document (RFC 9457), or empty. @type {Record<string, any>} */
    this.problem = problem;
  }
}

/** Something else than a phone answers at the address; the text says how. */
export class NotAPhone extends PhoneError {
  name = "NotAPhone";

  /**
   * @param {string} address
   * @param {string} asked
   * @param {import("./connection.js").Answer} answer
   */
  constructor(address, asked, answer) {
    super(asked, answer);
    this.message = `${address} is not a phone: it answered ${asked} with ${answer.status}`;
  }
}

/** The phone or the site doesn't answer; `cause` is Node's own error. */
export class NoAnswer extends Error {
  name = "NoAnswer";
}

/** No matching message came in time, or it has no such link; the text says what there was. */
export class NothingCame extends Error {
  name = "NothingCame";
}

/** A message came, or is held back, where none was expected; the text names it. */
export class SomethingCame extends Error {
  name = "SomethingCame";
  static TITLES = ["A message came", "A message is to come"];
}
