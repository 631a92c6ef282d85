// Builds assets/dist from the packages in package-lock.json and the files beside this one:
// hashed file names, a gzip copy beside each text, manifest.json {logical name: hashed name}, licences of what is inside.
// Run by build.sh, which also decides whether anything has changed.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import postcss from 'postcss'
import rtlcss from 'rtlcss'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const packages = join(here, 'node_modules')
const target = join(here, 'dist')
const fresh = join(here, `dist.new-${process.pid}`) // swapped in at the end: a failed build leaves the old files in place
const TEXT = new Set(['.css', '.js', '.svg'])
const ARABIC_WEIGHTS = [400, 600] // KERN sets running text in 400 and headings and labels in 500 or 600
const LICENCES = {
  'kern-EUPL-1.2.md': '@kern-ux/native/LICENSE.md',
  'noto-sans-arabic-OFL-1.1.txt': '@fontsource/noto-sans-arabic/LICENSE',
  'accessible-autocomplete-MIT.txt': 'accessible-autocomplete/LICENSE.txt'
}
const KERN_BANNER = '/*! KERN UX-Standard (@kern-ux/native), EUPL-1.2, licences/kern-EUPL-1.2.md */\n'
const AUTOCOMPLETE_BANNER = '/*! accessible-autocomplete, MIT, licences/accessible-autocomplete-MIT.txt */\n'

const manifest = {}

/** Writes one file under a name that changes with its content; returns that name. */
function emit (name, content) {
  const bytes = Buffer.from(content)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
  const hashed = `${basename(name, extname(name))}.${hash}${extname(name)}`
  writeFileSync(join(fresh, hashed), bytes)
  if (TEXT.has(extname(name))) writeFileSync(join(fresh, `${hashed}.gz`), gzipSync(bytes, { level: 9 }))
  manifest[name] = hashed
  return hashed
}

function read (...path) { return readFileSync(join(...path), 'utf8') }

function compile (name) {
  const options = { style: 'compressed', charset: false, loadPaths: [packages], quietDeps: true }
  return sass.compile(join(here, 'css', name), options).css
}

/** Drops custom properties that no rule reads: most of KERN's palette. Repeats, because properties read each other. */
function withoutUnusedProperties (css, others) {
  const root = postcss.parse(css)
  for (let removed = true; removed;) {
    removed = false
    const used = new Set([...(root.toString() + others).matchAll(/var\(\s*(--[\w-]+)/g)].map(match => match[1]))
    root.walkDecls(/^--/, declaration => {
      if (used.has(declaration.prop)) return
      declaration.remove()
      removed = true
    })
  }
  root.walkRules(rule => { if (!rule.nodes.length) rule.remove() })
  return root.toString()
}

/** The font of pages in Arabic script: one cut a weight, fetched only when a letter of the range is on the page. */
function arabicFaces () {
  const folder = join(packages, '@fontsource/noto-sans-arabic')
  const range = JSON.parse(read(folder, 'unicode.json')).arabic
  return ARABIC_WEIGHTS.map(weight => {
    const file = `noto-sans-arabic-arabic-${weight}-normal.woff2`
    const hashed = emit(`noto-sans-arabic-${weight}.woff2`, readFileSync(join(folder, 'files', file)))
    return `@font-face{font-family:"Noto Sans Arabic";font-style:normal;font-weight:${weight};font-display:swap;` +
      `src:url(${hashed}) format("woff2");unicode-range:${range}}`
  }).join('')
}

function build () {
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(join(fresh, 'licences'), { recursive: true })
  const site = compile('site.scss')
  const kern = withoutUnusedProperties(compile('kern.scss'), site)
  emit('site.css', site)
  emit('kern.css', KERN_BANNER + kern)
  emit('kern-rtl.css', KERN_BANNER + rtlcss.process(kern))
  emit('arabic.css', arabicFaces() + compile('arabic.scss'))
  emit('staff.css', compile('staff.scss'))
  emit('search.js', read(here, 'js', 'search.js'))
  emit('staff.js', read(here, 'js', 'staff.js'))
  const autocomplete = read(packages, 'accessible-autocomplete/dist/accessible-autocomplete.min.js')
  emit('autocomplete.js', AUTOCOMPLETE_BANNER + autocomplete.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'))
  emit('icon.svg', read(here, 'img', 'icon.svg'))
  for (const [name, source] of Object.entries(LICENCES)) cpSync(join(packages, source), join(fresh, 'licences', name))
  writeFileSync(join(fresh, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
  swap()
}

/** Another build may end in the same moment and have put its own, equal files there. */
function swap () {
  rmSync(target, { recursive: true, force: true })
  try {
    renameSync(fresh, target)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
}

build()
