// The site's only entry: starts the modules that a page names with data-module="name".
// Every page works without them; a module only makes a page quicker to use. data-awake marks that it has started.
for (const element of document.querySelectorAll("[data-module]")) {
  import(`./${element.dataset.module}.js`).then((module) => {
    module.default(element);
    element.dataset.awake = "";
  });
}

if (document.documentElement.lang === "ja") {
  import("./phrases.js").then((module) => module.default());
}
