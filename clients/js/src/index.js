/** A client of a running phone. */

export { NoAnswer, NotAPhone, NothingCame, PhoneError, SomethingCame } from "./errors.js";
export { Received } from "./messages.js";
export { Authenticator, Call, Faults } from "./parts.js";
export { Phone } from "./phone.js";
