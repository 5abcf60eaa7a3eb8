/** How bright, contrasty and steep the picture is shown; what is drawn over it stays as it is. */
export interface Light {
  /** In hundredths. */
  readonly brightness: number
  readonly contrast: number
  /** In hundredths; above 100 what is dark becomes lighter, and what is light stays so. */
  readonly gamma: number
  readonly grey: boolean
}

export const AS_IS: Light = { brightness: 100, contrast: 100, gamma: 100, grey: false }
const STEP = 10
/** Of every part, in hundredths. */
export const [LEAST, MOST] = [30, 300]
export const PARTS = ['brightness', 'contrast', 'gamma'] as const
export type Part = (typeof PARTS)[number]

export function lighter(light: Light, what: Part, by: 1 | -1): Light {
  return { ...light, [what]: within(light[what] + by * STEP) }
}

const within = (value: number) => Math.max(LEAST, Math.min(MOST, value))

export function isAsIs(light: Light): boolean {
  return changed(light).length === 0 && !light.grey
}

/** The parts that are not as they were. */
export function changed(light: Light): Part[] {
  return PARTS.filter((part) => light[part] !== 100)
}

/** To what power each channel is raised, between 0 and 1. */
export function exponentOf({ gamma }: Light): number {
  return 100 / gamma
}

/** As a CSS filter; `gammaId` names an SVG filter that raises to `exponentOf`, used only where it does something. */
export function lightFilter(light: Light, gammaId: string): string {
  if (isAsIs(light)) return 'none'
  const gamma = light.gamma === 100 ? '' : `url(#${gammaId}) `
  return `${gamma}brightness(${light.brightness}%) contrast(${light.contrast}%)${light.grey ? ' grayscale(1)' : ''}`
}

const KEY = 'fovea.light'

/** The light of this tab, until it is closed; what is kept in another shape counts as nothing. */
export function keptLight(): Light {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Light> | null
    if (kept === null || !PARTS.every((part) => Number.isFinite(kept[part]))) return AS_IS
    const [brightness, contrast, gamma] = PARTS.map((part) => within(kept[part] as number)) as [number, number, number]
    return { brightness, contrast, gamma, grey: kept.grey === true }
  } catch {
    return AS_IS
  }
}

export function keepLight(light: Light): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(light))
  } catch {
    // A browser that keeps nothing loses the light with the page.
  }
}
