// What the label page may cost before its first picture, in compressed JavaScript, styles and texts: 140 KB, of which
// React, the query cache and i18next alone are 102, and 157 KB where boxes are drawn.
// Reads the manifest of a finished build: every file that the label route loads before it can ask for a picture.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT = 140 * 1000
const DRAWN_LIMIT = 157 * 1000
const ENTRIES = ['index.html', 'src/desk.tsx', 'src/i18n/en/common.json', 'src/i18n/en/label.json']
const DRAWN = ['src/pages/label/DrawnStage.tsx', 'src/kinds/box/drawing.ts', 'src/i18n/en/box.json']
const FORBIDDEN = /^src\/pages\/(?!label\/)|^_router-|node_modules\/(uplot|@mantine\/(form|notifications))/

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, 'utf8'))
const seen = new Set()
const files = new Map()

function collect(key) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the manifest has no ${key}`)
  if (seen.has(key)) return
  seen.add(key)
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.set(file, gzipSync(readFileSync(`${dist}/${file}`)).length)
  for (const next of chunk.imports ?? []) collect(next)
}
function bytesOf(entries) {
  for (const entry of entries) collect(entry)
  return [...files.values()].reduce((sum, size) => sum + size, 0)
}

const bytes = bytesOf(ENTRIES)
const drawn = bytesOf(DRAWN)
const stray = [...seen].filter((key) => FORBIDDEN.test(key))
console.log(JSON.stringify({ bytes, limit: LIMIT, drawn, drawn_limit: DRAWN_LIMIT, files: Object.fromEntries(files), stray }))
if (bytes > LIMIT || drawn > DRAWN_LIMIT || stray.length > 0) process.exit(1)
