/** What is in hand, as a few SVG elements: its small damage is all that a drag has the browser draw anew. */
import { HANDLES, handlePoint } from '@/geometry/handles'
import type { Size } from '@/geometry/points'
import { toScreen, type View } from '@/geometry/transform'
import type { Held } from '@/kinds/sketch'

const SVG = 'http://www.w3.org/2000/svg'
const KNOB = 9
const EMPTY = 'M0 0'

function element<Name extends keyof SVGElementTagNameMap>(
  parent: SVGElement,
  name: Name,
  part: string,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name)
  made.setAttribute('data-part', part)
  parent.append(made)
  return made
}

export class Hand {
  private readonly halo: SVGPathElement
  private readonly line: SVGPathElement
  private readonly knobs: SVGPathElement
  private readonly guides: SVGPathElement
  private readonly dots: SVGPathElement
  private readonly text: SVGTextElement

  constructor(readonly root: SVGSVGElement) {
    this.guides = element(root, 'path', 'guide')
    this.halo = element(root, 'path', 'halo')
    this.line = element(root, 'path', 'box')
    this.knobs = element(root, 'path', 'knobs')
    this.dots = element(root, 'path', 'dots')
    this.text = element(root, 'text', 'text')
  }

  draw(held: Held | null, view: View, stage: Size): void {
    const mark = held?.mark ?? null
    let outline = EMPTY
    if (mark) {
      const x = mark.box[0] * view.scale + view.x
      const y = mark.box[1] * view.scale + view.y
      outline = `M${x} ${y}h${(mark.box[2] - mark.box[0]) * view.scale}v${(mark.box[3] - mark.box[1]) * view.scale}H${x}z`
      this.line.setAttribute('stroke', mark.colour)
      this.line.setAttribute('stroke-dasharray', mark.tentative ? '7 5' : 'none')
      this.text.setAttribute('x', String(x))
      this.text.setAttribute('y', String(Math.max(14, y - 6)))
    }
    if (this.text.textContent !== (mark?.text ?? '')) this.text.textContent = mark?.text ?? ''
    this.halo.setAttribute('d', outline)
    this.line.setAttribute('d', outline)
    this.knobs.setAttribute('d', mark && held?.handles ? knobs(mark.box, view) : EMPTY)
    this.guides.setAttribute('d', guides(held, view, stage))
    this.dots.setAttribute('d', dots(held, view))
  }
}

function knobs(box: Parameters<typeof handlePoint>[0], view: View): string {
  return HANDLES.map((handle) => {
    const at = toScreen(view, handlePoint(box, handle))
    return `M${at.x - KNOB / 2} ${at.y - KNOB / 2}h${KNOB}v${KNOB}h${-KNOB}z`
  }).join('')
}

function guides(held: Held | null, view: View, stage: Size): string {
  const { x, y } = held?.guides ?? { x: null, y: null }
  const across = x === null ? '' : `M${x * view.scale + view.x} 0v${stage.height}`
  const down = y === null ? '' : `M0 ${y * view.scale + view.y}h${stage.width}`
  return across + down || EMPTY
}

function dots(held: Held | null, view: View): string {
  const points = held?.dots ?? []
  return (
    points
      .map((point) => toScreen(view, point))
      .map(({ x, y }) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`)
      .join('') || EMPTY
  )
}
