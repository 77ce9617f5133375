// Loads a module when something of it is first used.
//
// cdktf requires at every start what only `cdktf convert` uses (HCL's translation, with the whole
// of TypeScript: two fifths of the start) and what only an asset of several files uses (archiver).
"use strict";

const Module = require("node:module");

// What is known of each without loading it. A bundle asks whether a module is an ES module, and then
// copies it: to an object whose prototype it takes from here.
const LATER = { "@cdktf/hcl2cdk": { __esModule: true }, archiver: {} };
const load = Module._load;

Module._load = function (request, ...rest) {
  if (!Object.hasOwn(LATER, request)) return load.call(this, request, ...rest);
  const known = LATER[request];
  const loaded = () => load.call(this, request, ...rest);
  const get = (_, name) => (Object.hasOwn(known, name) ? known[name] : loaded()[name]);
  const members = new Proxy({}, { get });
  return new Proxy(() => {}, {
    get,
    apply: (_, self, args) => Reflect.apply(loaded(), self, args),
    getPrototypeOf: () => members,
  });
};
