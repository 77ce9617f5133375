"""Node loads some of cdktf's modules when something of them is first used."""

import json
import subprocess
from pathlib import Path

import pay
from tests.conftest import ROOT

LOAD_LATER = Path(pay.__file__).with_name("hcl") / "load_later.js"

OF_CONVERT = """
const loaded = () => Object.keys(require.cache).some((name) => name.includes("jsii-rosetta"));
const convert = require("@cdktf/hcl2cdk");
// As esbuild's bundles copy what they require.
const copied = Object.create(Object.getPrototypeOf(convert));
const before = [convert.__esModule, loaded()];
console.log(JSON.stringify([...before, typeof copied.convert, typeof convert.convert, loaded()]));
"""
OF_ARCHIVES = """
const loaded = () => Object.keys(require.cache).some((name) => name.includes("archiver"));
const ofCdktf = require("node:module").createRequire(require.resolve("cdktf"));
const archiver = ofCdktf("archiver");
const before = loaded();
console.log(JSON.stringify([before, typeof archiver("zip").pipe, loaded()]));
"""


def printed(script: str) -> object:
    command = ["node", "--require", str(LOAD_LATER), "--eval", script]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_what_only_a_conversion_needs_is_loaded_by_its_first_use() -> None:
    assert printed(OF_CONVERT) == [True, False, "function", "function", True]


def test_a_module_that_is_a_function_can_be_called() -> None:
    assert printed(OF_ARCHIVES) == [False, "function", True]
