// Start the handset's modules. Each works alone; the pages work without JavaScript too.
import * as authenticator from "./authenticator.js";
import * as call from "./call.js";
import * as clock from "./clock.js";
import * as copy from "./copy.js";
import * as gestures from "./gestures.js";
import * as host from "./host.js";
import * as live from "./live.js";
import * as read from "./read.js";
import * as sound from "./sound.js";

for (const part of [host, clock, copy, sound, authenticator, gestures, call, live, read]) part.start();
document.documentElement.classList.add("js");
if (document.documentElement.lang === "ja") {
  import("./phrases.js").then((module) => module.default());
}
