import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const CORE =
  /\/node_modules\/(react|react-dom|scheduler|use-sync-external-store|i18next|react-i18next|openapi-fetch|@tanstack\/(query-core|react-query)|@tabler\/icons-react\/dist\/esm\/(createReactComponent|defaultAttributes))[/.]|\/src\/(api\/(client|errors|project|session)|i18n\/[^/]+|around)\.tsx?$/
/** What leads from page to page: all of them need it but the label page, which stands alone. */
const ROUTER = /\/node_modules\/@tanstack\/(history|react-router|router-core|store|react-store)\//
/** What every label page needs; what draws boxes comes when somebody draws. */
const DESK = /\/node_modules\/idb\/|\/src\/(store\/(?!drafts)|kinds\/(?!box\/)|kinds\/box\/(index|keys|marks|Controls)\b|canvas\/pyramid|pages\/label\/(use|keys|drawnKeys|answerText|quiet|sending|transport|guide|label\.module))/
const NOT_CORE = /nfinite|utationObserver|useMutation|ueriesObserver|useQueries/

const backend = process.env.FOVEA_BACKEND ?? 'http://127.0.0.1:8000'

/** A compressed copy beside each built text: the server sends it to every browser that takes it. */
function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir
    },
    closeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(js|css|svg|json)$/.test(name)) continue
        const plain = readFileSync(`${folder}/${name}`)
        writeFileSync(`${folder}/${name}.gz`, gzipSync(plain, { level: 9 }))
      }
    },
  }
}

export default defineConfig(({ command }) => ({
  // Django serves the built files under /static/; the development server owns the whole address.
  base: command === 'build' ? '/static/' : '/',
  plugins: [react(), compressed()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': { target: backend, changeOrigin: false } } },
  build: {
    outDir: 'dist',
    manifest: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs, in one file: many small ones compress worse and cost a round trip each.
            { name: 'core', test: (id: string) => CORE.test(id) && !NOT_CORE.test(id) },
            { name: 'router', test: ROUTER },
            { name: 'desk', test: DESK },
          ],
        },
      },
    },
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'logic', environment: 'node', include: ['src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/test/setup.ts'],
        },
      },
    ],
  },
}))
