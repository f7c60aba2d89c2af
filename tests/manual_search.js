// The search of a built manual, without a browser: node manual_search.js FOLDER QUERY... prints for each query the pages found.
const fs = require("fs");
const vm = require("vm");

const [folder, ...queries] = process.argv.slice(2);
const page = {
  location: { search: "" },
  document: { getElementById: () => null },
  DOCUMENTATION_OPTIONS: {},
  SPHINX_HIGHLIGHT_ENABLED: false,
  _: (text) => text,
  _ready: () => {},
  URLSearchParams,
};
page.window = page;
vm.createContext(page);
for (const name of ["_static/language_data.js", "_static/searchtools.js", "searchindex.js"]) {
  vm.runInContext(fs.readFileSync(`${folder}/${name}`, "utf8"), page);
}
const find = vm.runInContext("(query) => Search._performSearch(...Search._parseQuery(query))", page);
const found = queries.map((query) => {
  page.location.search = `?q=${encodeURIComponent(query)}`;
  return find(query).reverse().slice(0, 8).map(([name, title, anchor, about]) => [name + anchor, title, about]);
});
console.log(JSON.stringify(found));
