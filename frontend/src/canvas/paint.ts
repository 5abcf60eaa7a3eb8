/** Draws what lies still: the visible part of the picture, and the marks over it. */
import type { Size } from '@/geometry/points'
import { type View, visible } from '@/geometry/transform'
import type { Mark } from '@/kinds/sketch'
import { inkOn } from '@/theme/colours'
import { levelFor, type Pyramid } from './pyramid'

/** From so many screen pixels per picture pixel on, its pixels are shown as they are. */
const PIXELS_SHOW = 4
const HALO = 'rgb(0 0 0 / 75%)'
const DASH = [7, 5]
/** Smaller on the stage than this a mark has no room for its text. */
const ROOM = 12

export interface Place {
  view: View
  /** In pixels of the page. */
  stage: Size
  /** Pixels of the screen per pixel of the page. */
  ratio: number
}

export function paintPicture(context: CanvasRenderingContext2D, pyramid: Pyramid | null, place: Place): void {
  const { view, stage, ratio } = place
  clear(context, place)
  if (!pyramid) return
  const [x0, y0, x1, y1] = visible(view, pyramid.size, stage)
  if (x1 <= x0 || y1 <= y0) return
  const density = view.scale * ratio
  const { bitmap, scale } = levelFor(pyramid, density)
  const down = bitmap.height / pyramid.size.height
  context.imageSmoothingEnabled = density < PIXELS_SHOW
  context.imageSmoothingQuality = density < scale / 2 ? 'medium' : 'low'
  const [left, top] = [(x0 * view.scale + view.x) * ratio, (y0 * view.scale + view.y) * ratio]
  const [width, height] = [(x1 - x0) * density, (y1 - y0) * density]
  const [wide, tall] = [(x1 - x0) * scale, (y1 - y0) * down]
  const whole = wide > bitmap.width - 1 && tall > bitmap.height - 1
  // Decoded for this very size it is copied, at most half a pixel aside: resampling takes several times as long.
  if (whole && Math.abs(width - bitmap.width) < 1 && Math.abs(height - bitmap.height) < 1)
    context.drawImage(bitmap, Math.round(left), Math.round(top))
  else context.drawImage(bitmap, x0 * scale, y0 * down, wide, tall, left, top, width, height)
}

/** All marks, over nothing. */
export function paintMarks(context: CanvasRenderingContext2D, marks: readonly Mark[], place: Place): void {
  clear(context, place)
  addMarks(context, [...marks].sort(faintFirst), place)
}

export function clear(context: CanvasRenderingContext2D, { stage, ratio }: Place): void {
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, stage.width * ratio, stage.height * ratio)
}

/** Faint marks lie below the others; else the order stays. */
export const faintFirst = (a: Mark, b: Mark): number => Number(b.faint ?? false) - Number(a.faint ?? false)

/** Over what is there: one path for the dark halo, one for each colour, and a text chip on each mark. */
export function addMarks(context: CanvasRenderingContext2D, marks: readonly Mark[], place: Place): void {
  context.setTransform(place.ratio, 0, 0, place.ratio, 0, 0)
  const strong = marks.filter((mark) => !mark.faint)
  if (strong.length < marks.length) {
    strokeAll(
      context,
      marks.filter((mark) => mark.faint),
      place,
      1,
    )
  }
  strokeAll(context, strong, place, 2)
  for (const mark of strong) placeChip(context, mark, place)
}

function strokeAll(context: CanvasRenderingContext2D, marks: readonly Mark[], place: Place, thick: number): void {
  const halo = new Path2D()
  const groups = new Map<string, { path: Path2D; mark: Mark }>()
  for (const mark of marks) {
    const [x, y, width, height] = onStage(mark, place)
    if (x > place.stage.width || y > place.stage.height || x + width < 0 || y + height < 0) continue
    const name = `${mark.colour}${mark.tentative}`
    let group = groups.get(name)
    if (!group) {
      group = { path: new Path2D(), mark }
      groups.set(name, group)
    }
    group.path.rect(x, y, width, height)
    halo.rect(x, y, width, height)
  }
  context.lineWidth = thick + 2
  context.strokeStyle = HALO
  context.setLineDash([])
  context.stroke(halo)
  context.lineWidth = thick
  for (const { path, mark } of groups.values()) {
    context.strokeStyle = mark.colour
    context.setLineDash(mark.tentative ? DASH : [])
    context.stroke(path)
  }
}

function onStage({ box }: Mark, { view }: Place): [number, number, number, number] {
  const x = box[0] * view.scale + view.x
  const y = box[1] * view.scale + view.y
  return [x, y, (box[2] - box[0]) * view.scale, (box[3] - box[1]) * view.scale]
}

function placeChip(context: CanvasRenderingContext2D, mark: Mark, place: Place): void {
  const [x, y, width, height] = onStage(mark, place)
  if (width < ROOM && height < ROOM) return
  if (x > place.stage.width || y > place.stage.height || x + width < 0 || y + height < 0) return
  const chip = chipOf(mark.text, mark.colour, place.ratio)
  const tall = chip.height / place.ratio
  context.drawImage(chip, x - 1, Math.max(0, y - tall), chip.width / place.ratio, tall)
}

const chips = new Map<string, HTMLCanvasElement>()
const MOST_CHIPS = 500
const FONT = '600 12px system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
const LONGEST = 180

/** The text on its colour, drawn once for each text. */
function chipOf(text: string, colour: string, ratio: number): HTMLCanvasElement {
  const name = `${ratio} ${colour} ${text}`
  const known = chips.get(name)
  if (known) return known
  if (chips.size >= MOST_CHIPS) chips.clear()
  const chip = document.createElement('canvas')
  const context = chip.getContext('2d') as CanvasRenderingContext2D
  context.font = FONT
  const wide = Math.min(LONGEST, Math.ceil(context.measureText(text).width)) + 8
  chip.width = Math.ceil(wide * ratio)
  chip.height = Math.ceil(17 * ratio)
  context.scale(ratio, ratio)
  context.fillStyle = colour
  context.fillRect(0, 0, wide, 17)
  context.fillStyle = inkOn(colour)
  context.font = FONT
  context.textBaseline = 'middle'
  context.fillText(text, 4, 9, wide - 8)
  chips.set(name, chip)
  return chip
}
