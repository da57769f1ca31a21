/** Paths, and filters in the form of the API. */

export const API = "/api/v1";
export const HEALTH = "/healthz";
/** Each answer of a phone has this header. */
export const VERSION_HEADER = "x-mocksms-api";
export const DEFAULT = "default";

/**
 * Return filters in the form of the API's query; `sender` becomes `from`, a pattern text.
 *
 * @param {Record<string, any>} filters
 * @returns {Record<string, any>}
 */
export function query({ sender, pattern, ...filters }) {
  return { ...filters, from: sender ?? filters.from, pattern: pattern instanceof RegExp ? pythonPattern(pattern) : pattern };
}

/**
 * Return a regular expression in the phone's (Python's) spelling.
 *
 * @param {RegExp} pattern
 */
export function pythonPattern({ source, flags }) {
  const inline = [...flags].filter((flag) => "ims".includes(flag)).join("");
  const spelled = source.replace(/\\k<(\w+)>|\\.|\(\?<(?=\w)/gs, (found, name) =>
    found === "(?<" ? "(?P<" : name === undefined ? found : `(?P=${name})`,
  );
  return (inline && `(?${inline})`) + spelled;
}

/**
 * Split a wait into the seconds of single requests, at least one.
 *
 * @param {number} seconds
 */
export function* polls(seconds) {
  for (; seconds > POLL_SECONDS; seconds -= POLL_SECONDS) yield POLL_SECONDS;
  yield Math.max(0, Math.round(seconds * 1000) / 1000);
}

/** The longest single request: proxies end those that take a minute. The phone counts it, so no test's clock matters. */
const POLL_SECONDS = 30;
