// Python in a worker of its own: it unpacks what the page holds, starts convcalc, and answers questions.
"use strict";

const TYPES = {wasm: "application/wasm", json: "application/json", mjs: "text/javascript"};
let answer;
// A page of a disk may start no module as a worker; Pyodide takes a worker without this for one.
self.importScripts = undefined;

function bytes(text) {
  return Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

async function unpacked({text, url}) {
  const packed = text ? new Response(bytes(text)) : await fetch(url);
  if (!packed.ok) throw new Error(`${url}: the server answers ${packed.status}`);
  return new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function start(files) {
  const names = Object.keys(files);
  const parts = await Promise.all(names.map((name) => unpacked(files[name])));
  const data = new Map(names.map((name, place) => [name, parts[place]]));
  const type = (name) => ({type: TYPES[name.split(".").pop()] ?? "application/octet-stream"});
  // From here on nothing is fetched but what is there already.
  self.fetch = async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (!data.has(name)) throw new TypeError(`${name} is not part of this page`);
    return new Response(new Blob([data.get(name)], type(name)));
  };
  const module = (name) => import(URL.createObjectURL(new Blob([data.get(name)], type(name))));
  const {loadPyodide} = await module("pyodide.mjs");
  const {default: createPyodideModule} = await module("pyodide.asm.mjs");
  const python = await loadPyodide({indexURL: "memory:///", createPyodideModule});
  python.FS.writeFile("/convcalc.tar.xz", new Uint8Array(data.get("convcalc.tar.xz")));
  answer = python.runPython(`
import sys, tarfile
tarfile.open("/convcalc.tar.xz").extractall("/convcalc", filter="data")
sys.path.insert(0, "/convcalc")
from convcalc.explore.answers import answer
lambda question, data: answer(question, data.to_bytes() if data else b"")
`);
}

self.onmessage = async ({data: {files, question, file}}) => {
  try {
    if (files) await start(files);
    self.postMessage(files ? {ready: true} : {answer: answer(question, file && new Uint8Array(file))});
  } catch (error) {
    self.postMessage({fault: String(error).trim().split("\n").pop()});
  }
};
