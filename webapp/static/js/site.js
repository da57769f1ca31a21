// The site's only entry: wakes the small modules a page asks for with data-module="name".
// Every page works without them; a module only makes a page quicker to use. data-awake tells that it listens.
for (const element of document.querySelectorAll("[data-module]")) {
  import(`./${element.dataset.module}.js`).then((module) => {
    module.default(element);
    element.dataset.awake = "";
  });
}
