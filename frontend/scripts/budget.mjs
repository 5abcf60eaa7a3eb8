// The first picture on the label page may cost at most 165 KB of compressed JavaScript, styles and texts,
// of which React, the router, the query cache and i18next alone are 126.
// Reads the manifest of a finished build: every file that the label route loads before it can ask for a picture.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT = 165 * 1000
const ENTRIES = ['index.html', 'src/pages/label/LabelPage.tsx', 'src/i18n/en/common.json', 'src/i18n/en/label.json']
const FORBIDDEN = /^src\/pages\/(?!label\/)|node_modules\/(uplot|@mantine\/(form|notifications))/

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, 'utf8'))
const seen = new Set()
const files = new Set()

function collect(key) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the manifest has no ${key}`)
  if (seen.has(key)) return
  seen.add(key)
  files.add(chunk.file)
  for (const style of chunk.css ?? []) files.add(style)
  for (const next of chunk.imports ?? []) collect(next)
}
for (const entry of ENTRIES) collect(entry)

const sizes = [...files].map((file) => [file, gzipSync(readFileSync(`${dist}/${file}`)).length])
const total = sizes.reduce((sum, [, size]) => sum + size, 0)
const stray = [...seen].filter((key) => FORBIDDEN.test(key))
console.log(JSON.stringify({ bytes: total, limit: LIMIT, files: Object.fromEntries(sizes), stray }))
if (total > LIMIT || stray.length > 0) process.exit(1)
