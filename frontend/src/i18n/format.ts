import { useTranslation } from 'react-i18next'

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

export interface Format {
  number: (value: number, digits?: number) => string
  /** `value` is a share from 0 to 1. */
  percent: (value: number, digits?: number) => string
  bytes: (value: number) => string
  date: (iso: string) => string
  ago: (iso: string, now?: number) => string
  /** Seconds in words a reader plans by: "about 3 min". */
  duration: (seconds: number) => string
}

export function formatFor(language: string): Format {
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
  return {
    number,
    percent: (value, digits = 0) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value),
    bytes: (value) => {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
      const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: units[step],
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: step > 1 ? 1 : 0,
      }).format(value / 1000 ** step)
    },
    date: (iso) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)),
    ago: (iso, now = Date.now()) => {
      const seconds = Math.round((new Date(iso).getTime() - now) / 1000)
      const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
      for (const [unit, size] of STEPS) {
        if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
      }
      return relative.format(Math.min(0, seconds), 'second')
    },
    duration: (seconds) => {
      const unit = seconds < 90 ? 'second' : seconds < 5400 ? 'minute' : 'hour'
      const size = unit === 'second' ? 1 : unit === 'minute' ? 60 : 3600
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit,
        unitDisplay: 'long',
        maximumFractionDigits: unit === 'hour' ? 1 : 0,
      }).format(Math.max(1, seconds) / size)
    },
  }
}

/** Numbers, dates and sizes as the reader's language writes them. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  return formatFor(i18n.language)
}
