// Parses streams of requests with llhttp. Standard input: for each stream four bytes of length, big-endian, and
// the bytes. Standard output: one line of JSON for each, the messages and the error that ended them.
'use strict'

const module_ = new WebAssembly.Module(require(process.argv[2] + '/undici/lib/llhttp/llhttp-wasm.js'))
let messages
let current

const text = (at, length) => Buffer.from(parser.memory.buffer, at, length).toString('latin1')

const cString = (at) => {
  const bytes = new Uint8Array(parser.memory.buffer)
  let end = at
  while (bytes[end] !== 0) end++
  return text(at, end - at)
}

const endOfHeader = () => {
  if (current.name !== null) {
    current.headers.push([current.name, current.value])
    current.name = null
    current.value = null
  }
}

const parser = new WebAssembly.Instance(module_, {
  env: {
    wasm_on_message_begin: () => {
      current = { method: '', target: '', headers: [], body: '', complete: false, head: false, name: null, value: null }
      messages.push(current)
      return 0
    },
    wasm_on_url: (p, at, length) => {
      current.target += text(at, length)
      return 0
    },
    wasm_on_status: () => 0,
    wasm_on_header_field: (p, at, length) => {
      if (current.value !== null) endOfHeader()
      current.name = (current.name ?? '') + text(at, length)
      return 0
    },
    wasm_on_header_value: (p, at, length) => {
      current.value = (current.value ?? '') + text(at, length)
      return 0
    },
    wasm_on_headers_complete: (p) => {
      endOfHeader()
      current.method = cString(parser.llhttp_method_name(parser.llhttp_get_method(p)))
      current.minor = parser.llhttp_get_http_minor(p)
      current.major = parser.llhttp_get_http_major(p)
      current.head = true
      current.upgrade = parser.llhttp_get_upgrade(p) !== 0
      current.fields = current.headers
      current.headers = [] // what follows are trailers
      return 0
    },
    wasm_on_body: (p, at, length) => {
      current.body += text(at, length)
      return 0
    },
    wasm_on_message_complete: () => {
      current.complete = true
      return 0
    }
  }
}).exports

const parse = (bytes) => {
  messages = []
  const p = parser.llhttp_alloc(1)
  const at = parser.malloc(bytes.length + 1)
  new Uint8Array(parser.memory.buffer, at, bytes.length).set(bytes)
  const code = parser.llhttp_execute(p, at, bytes.length)
  const error = code === 0 ? '' : cString(parser.llhttp_errno_name(code))
  parser.free(at)
  parser.llhttp_free(p)
  return JSON.stringify({
    error,
    messages: messages.map((m) => ({
      method: m.method,
      target: m.target,
      version: m.major + '.' + m.minor,
      headers: m.fields ?? [],
      head: m.head,
      body: m.body,
      complete: m.complete
    }))
  })
}

let pending = Buffer.alloc(0)
process.stdin.on('data', (data) => {
  pending = Buffer.concat([pending, data])
  let lines = ''
  while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
    const length = pending.readUInt32BE(0)
    lines += parse(pending.subarray(4, 4 + length)) + '\n'
    pending = pending.subarray(4 + length)
  }
  process.stdout.write(lines)
})
