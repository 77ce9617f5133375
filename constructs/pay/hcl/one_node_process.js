// Lets jsii's program talk to Python directly, without the relay process between them.
//
// jsii's program exchanges messages over the file descriptor 3, which is the relay's; what it prints
// goes to the relay, which wraps each chunk as a line of JSON on standard error. Here the descriptor
// 3 is standard input and output, and the wrapping happens in the same process.
"use strict";

const fs = require("node:fs");

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
