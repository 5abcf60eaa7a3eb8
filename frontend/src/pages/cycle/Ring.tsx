import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isMoving, type Round, type RoundState, type Stage, type StageName } from '@/api/cycle'
import { useFormat } from '@/i18n/format'
import classes from './Ring.module.css'

const PAGES: Record<StageName, string> = {
  pictures: 'data',
  label: 'label',
  freeze: 'versions',
  train: 'runs',
  evaluate: 'runs',
  choose: 'data',
}
const ACTIVE: Partial<Record<RoundState, StageName>> = {
  freezing: 'freeze',
  training: 'train',
  evaluating: 'evaluate',
  choosing: 'choose',
}

interface Props {
  pid: number
  stages: Stage[]
  rounds: Round[]
}

/** The stages as a ring, read clockwise from the top; on a narrow screen as a list. Each leads to its page. */
export function Ring({ pid, stages, rounds }: Props) {
  const { t } = useTranslation('cycle')
  const format = useFormat()
  const moving = rounds.find(isMoving)
  const active = moving ? ACTIVE[moving.state] : undefined
  return (
    <nav className={classes.ring} aria-label={t('ring')}>
      <svg className={classes.circle} viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="38" />
        {stages.map((stage, position) => (
          <path
            key={stage.name}
            d="M -1.6 -2.2 L 1.8 0 L -1.6 2.2"
            transform={arrowAt(position + 0.5, stages.length)}
          />
        ))}
      </svg>
      <ol>
        {stages.map((stage, position) => (
          <li key={stage.name} style={placeAt(position, stages.length)}>
            <Link
              to={`/p/${pid}/${PAGES[stage.name]}` as '/'}
              className={classes.stage}
              data-active={stage.name === active}
            >
              <strong>{t(`stage.${stage.name}`)}</strong>
              <span>
                {stage.waiting > 0 ? t('waits', { count: format.number(stage.waiting) as never }) : t('nothingWaits')}
              </span>
              <small>{t(`stageHelp.${stage.name}`)}</small>
              {stage.done > 0 && <small>{t('finished', { count: format.number(stage.done) as never })}</small>}
              {stage.name === active && moving && <em>{t(`state.${moving.state}`)}</em>}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function angleOf(position: number, count: number): number {
  return (position / count) * 2 * Math.PI - Math.PI / 2
}

function placeAt(position: number, count: number): React.CSSProperties {
  const angle = angleOf(position, count)
  return { '--x': `${50 + 38 * Math.cos(angle)}%`, '--y': `${50 + 38 * Math.sin(angle)}%` } as React.CSSProperties
}

function arrowAt(position: number, count: number): string {
  const angle = angleOf(position, count)
  const turn = (angle * 180) / Math.PI + 90
  return `translate(${50 + 38 * Math.cos(angle)} ${50 + 38 * Math.sin(angle)}) rotate(${turn})`
}
