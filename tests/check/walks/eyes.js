/* What a reader of the page sees and could press. Called with `[what, ...]`; see eyes.py. */
([what, label, beside]) => {
    const tidy = (text) =>
        text.replace(/[\u200b\u2060\ufeff\u00ad]/g, "").replace(/\s+/g, " ").trim();
    const isShown = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 2 && box.height > 2
            && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    };
    const apart = ["block", "flex", "grid", "list-item", "table-cell"];
    const shown = (root, gap = "") => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        let text = "";
        while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement;
            if (parent && !["SCRIPT", "STYLE"].includes(parent.tagName) && isShown(parent)) {
                text += apart.includes(getComputedStyle(parent).display) ? gap : "";
                text += walker.currentNode.data;
            }
        }
        return tidy(text);
    };
    const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
    const reads = (element) => shown(element) === tidy(label)
        || [...element.querySelectorAll("*")].some((part) => isShown(part) && shown(part) === tidy(label));
    const point = (element) => {
        element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
        const [box] = [...element.getClientRects()].filter((each) => each.width > 2);
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const hit = document.elementFromPoint(x, y);
        return hit && (element.contains(hit) || hit.contains(element)) ? [x, y] : null;
    };
    const only = (found) => {
        if (found.length > 1 && beside) {
            const around = (element) => {
                let at = element;
                while (at && !shown(at).includes(beside)) at = at.parentElement;
                return at ? shown(at).length : Infinity;
            };
            const least = Math.min(...found.map(around));
            found = found.filter((each) => around(each) === least);
        }
        return found.length === 1 ? point(found[0]) : null;
    };
    const isReady = () =>
        document.readyState === "complete" && !document.querySelector("[data-module]:not([data-awake])");
    if (!isReady()) return null;
    const isOpen = document.querySelector("dialog[open], .tab-menu[open]");
    const ticks = "[type=checkbox], [type=radio]";
    const pressed = "a[href], button, summary, [role=button], input[type=submit]";
    const onTop = (selector) => all(selector).filter((each) => !isOpen || isOpen.contains(each));
    const labels = () => onTop("label").filter(
        (each) => reads(each) || tidy(each.innerText.split("\n")[0]) === tidy(label));
    return {
        text: () => shown(document.body, " "),
        press: () => only(onTop(pressed).filter(reads)),
        banner: () => only(onTop(pressed).filter((each) => shown(each).includes(label)).slice(0, 1)),
        tick: () => only(labels().filter((each) => each.control?.matches(ticks))),
        field: () => only(labels().map((each) => each.control).filter(
            (each) => each && isShown(each) && !each.matches(ticks))),
        files: () => labels().map((each) => "#" + each.control.id)[0] ?? null,
    }[what]();
}
