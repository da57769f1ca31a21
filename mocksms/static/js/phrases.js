// Keep Japanese phrases whole. Chromium's `word-break: auto-phrase` still tears some (認証方/法): those get a <span> that
// does not wrap. Firefox and Safari have no such value: there, a <wbr> is put between phrases, and the style sheet says
// `keep-all`. Both ways change neither names nor copied text; Chromium would read a <wbr> as a space.
// The rules are those of BudouX: https://github.com/google/budoux (Apache License 2.0).
import model from "./phrases_model.js";

const JAPANESE = /[\u3041-\u30ff\u3400-\u9fff]/;
const LEFT_ALONE = "script, style, textarea, select, title, svg, pre, code, iframe, [contenteditable]";
const ROUNDS = 12; // a mended line moves those below it
const WIDEST = 0.8; // of the line: a wider phrase may break
const SPOKEN = "[aria-live], [role=status], [role=alert], [role=timer]";
const WITHIN = /[0-9A-Za-z]{2}|.[,.、。]/; // no line begins with a comma
const BETWEEN = /[年月][0-9]|[日,]\s/;
const total = Object.values(model).flatMap(Object.values).reduce((sum, score) => sum + score, 0);

// Where each group of features begins, counted from a possible break, and how many letters it has.
const GROUPS = [
  ["UW1", -3, 1], ["UW2", -2, 1], ["UW3", -1, 1], ["UW4", 0, 1], ["UW5", 1, 1], ["UW6", 2, 1],
  ["BW1", -2, 2], ["BW2", -1, 2], ["BW3", 0, 2],
  ["TW1", -3, 3], ["TW2", -2, 3], ["TW3", -1, 3], ["TW4", 0, 3],
];

/** Return the places in a text where a phrase begins. */
export function breaks(text) {
  const found = [];
  for (let at = 1; at < text.length; at += 1) {
    let score = -total / 2;
    for (const [group, from, length] of GROUPS) {
      if (at + from >= 0) score += model[group][text.slice(at + from, at + from + length)] ?? 0;
    }
    const around = text.slice(at - 1, at + 1);
    if ((score > 0 && !WITHIN.test(around)) || BETWEEN.test(around)) found.push(at);
  }
  return found;
}

/** Return the Japanese text nodes below `root` in groups: those of one group share lines. */
export function runs(root) {
  const groups = [];
  let last = null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeName === "BR") last = null;
    if (node.nodeType !== Node.TEXT_NODE) continue;
    const parent = node.parentElement;
    if (parent.closest(LEFT_ALONE) || !parent.closest("[lang]")?.lang.startsWith("ja")) continue;
    const block = lineOf(parent);
    const isItem = block === parent && /flex|grid/.test(getComputedStyle(block).display);
    if (block !== last || isItem) groups.push([]);
    last = block;
    groups.at(-1).push(node);
  }
  return groups.filter((nodes) => nodes.some((node) => JAPANESE.test(node.data)));
}

function lineOf(element) {
  let block = element;
  while (block.parentElement && getComputedStyle(block).display === "inline") block = block.parentElement;
  return block;
}

// A text that is an item of a flex box or grid is an item as well with a <span> around it, whatever is in the <span>.
function wrapped(node) {
  if (!/flex|grid/.test(getComputedStyle(node.parentElement).display)) return;
  const span = document.createElement("span");
  span.dataset.phrases = "";
  node.replaceWith(span);
  span.append(node);
}

function mark(root) {
  for (const nodes of runs(root)) {
    const places = breaks(nodes.map((node) => node.data).join(""));
    if (places.length) nodes.forEach(wrapped);
    let end = nodes.reduce((length, node) => length + node.length, 0);
    for (const node of nodes.reverse()) {
      const start = end - node.length;
      while (places.at(-1) >= start) {
        const at = places.pop() - start;
        const next = at ? node.splitText(at) : node;
        if (next.previousSibling?.nodeName !== "WBR") next.before(document.createElement("wbr"));
      }
      end = start;
    }
  }
}

// Return whether what is in the range is on two lines, and would fit into one.
function isTorn(range, room) {
  const boxes = [...range.getClientRects()].filter((box) => box.width);
  const isHigh = boxes.some((box) => box.top > boxes[0].top + boxes[0].height / 2);
  return isHigh && boxes.reduce((width, box) => width + box.width, 0) < WIDEST * room;
}

// Put what is in the range, a part of the node, into a <span> that does not wrap. A line may end at the spaces around it.
function hold(node, range) {
  const { startOffset } = range;
  const words = range.toString();
  wrapped(node);
  range.setStart(node, startOffset + words.search(/\S/));
  range.setEnd(node, startOffset + words.trimEnd().length);
  const span = document.createElement("span");
  span.dataset.phrase = "";
  range.surroundContents(span);
  range.setStart(node, startOffset);
}

function mendOnce(root) {
  const range = document.createRange();
  let mended = 0;
  for (const nodes of runs(root)) {
    const room = lineOf(nodes[0].parentElement).clientWidth;
    const places = breaks(nodes.map((node) => node.data).join(""));
    let end = nodes.reduce((length, node) => length + node.length, 0);
    for (const node of nodes.reverse()) {
      const start = end - node.length;
      const starts = [0, ...places.filter((place) => place > start && place < end).map((place) => place - start)];
      for (let last = node.length; starts.length; last = range.startOffset) {
        range.setStart(node, starts.pop());
        range.setEnd(node, last);
        if (range.toString().trim().length < 2 || !isTorn(range, room)) continue;
        hold(node, range);
        mended += 1;
      }
      end = start;
    }
  }
  return mended;
}

function mend(root) {
  for (const span of root.querySelectorAll("[data-phrase]")) {
    const parent = span.parentElement;
    span.replaceWith(...span.childNodes);
    parent.normalize();
  }
  for (let round = 0; round < ROUNDS && mendOnce(root); round += 1);
}

export default function start() {
  const isNative = CSS.supports("word-break", "auto-phrase");
  const root = document.documentElement;
  root.classList.toggle("phrases", !isNative);
  const keepWhole = isNative ? mend : mark;
  const observer = new MutationObserver((records) => {
    // what is spoken when it changes must change once
    for (const { target } of records) if (target.isConnected && !target.closest(SPOKEN)) keepWhole(target);
    observer.takeRecords();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  const all = () => {
    keepWhole(document.body);
    observer.takeRecords();
    root.dataset.phrases = "whole";
  };
  if (!isNative) return all();
  let known = "";
  // the width without its padding: media queries change that a frame later
  new ResizeObserver(([{ contentRect }]) => {
    const size = `${contentRect.width} ${getComputedStyle(root).fontSize}`;
    if (size === known) return;
    all();
    if (known) requestAnimationFrame(all);
    known = size;
  }).observe(document.querySelector("main") ?? document.body);
  document.addEventListener("toggle", all, true);
}
