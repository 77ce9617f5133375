// Loads a module when something of it is first used.
//
// cdktf requires at every start what only `cdktf convert` uses (HCL's translation, with the whole
// of TypeScript: two fifths of the start) and what only an asset of several files uses (archiver).
"use strict";

const Module = require("node:module");

const LATER = ["@cdktf/hcl2cdk", "archiver"];
const load = Module._load;

Module._load = function (request, ...rest) {
  if (!LATER.includes(request)) return load.call(this, request, ...rest);
  const loaded = () => load.call(this, request, ...rest);
  // A bundle asks whether it is an ES module, and then copies it: to an object whose prototype it
  // takes from here.
  const get = (_, name) => name === "__esModule" || loaded()[name];
  const members = new Proxy({}, { get });
  return new Proxy(() => {}, {
    get,
    apply: (_, self, args) => Reflect.apply(loaded(), self, args),
    getPrototypeOf: () => members,
  });
};
