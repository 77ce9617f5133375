// Connects jsii's program to Python directly, without the relay process between them.
//
// jsii's program exchanges messages with the relay over file descriptor 3. It prints to the relay,
// which writes each chunk as a line of JSON to standard error. Here file descriptor 3 is standard
// input and output, and this process writes the JSON.
"use strict";

const fs = require("node:fs");

require("./load_later.js");

const CHANNEL = 3;
const { readSync, writeSync } = fs;

fs.readSync = (fd, ...rest) => readSync(fd === CHANNEL ? 0 : fd, ...rest);
fs.writeSync = (fd, ...rest) => writeSync(fd === CHANNEL ? 1 : fd, ...rest);

for (const name of ["stdout", "stderr"]) {
  process[name].write = (chunk, encoding, done) => {
    const text = Buffer.from(chunk, typeof encoding === "string" ? encoding : undefined);
    writeSync(2, `${JSON.stringify({ [name]: text.toString("base64") })}\n`);
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  };
}

// cdktf keeps a stack trace with every token and every list of blocks, a tenth of Node's time. They
// end in jsii's program and say nothing of the Python that made them. Errors keep theirs.
const { captureStackTrace } = Error;
Error.captureStackTrace = (object, below) => {
  if (object instanceof Error) captureStackTrace(object, below);
};
