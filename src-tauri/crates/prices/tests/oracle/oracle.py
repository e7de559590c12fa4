"""Asks two independent calculators what thousands of requests cost. `cargo xtask prices` runs it.

Each line of the output: provider, model, second since 1970, tier, six token counts (uncached, cache read, cache
write, one-hour cache write, visible output, reasoning), then what `genai-prices` and `litellm` say in
pico-dollars; `-` where one does not know the model, or the tier, or the time.

Usage: oracle.py PRICES_TSV OUTPUT
"""

import datetime
import random
import sys
import warnings
from decimal import Decimal
from pathlib import Path

from genai_prices import Usage as GenaiUsage
from genai_prices.data_snapshot import get_snapshot

warnings.simplefilter('ignore')
import litellm
from litellm.cost_calculator import batch_cost_calculator
from litellm.litellm_core_utils.llm_cost_calc.utils import generic_cost_per_token
from litellm.types.utils import (
    CacheCreationTokenDetails,
    CompletionTokensDetailsWrapper,
    PromptTokensDetailsWrapper,
)
from litellm.types.utils import Usage as LitellmUsage

CONTEXTS = {
    'standard': {},
    'batch': {'processing': 'batch'},
    'flex': {'service_tier': 'flex'},
    'priority': {'service_tier': 'priority'},
    'fast': {'service_tier': 'fast', 'speed': 'fast'},
}
SUFFIXES = {'standard': '', 'batch': '_batches', 'flex': '_flex', 'priority': '_priority'}
PROVIDERS = {
    'openai': 'openai',
    'anthropic': 'anthropic',
    'google': 'gemini',
    'deepseek': 'deepseek',
    'groq': 'groq',
    'mistral': 'mistral',
    'x-ai': 'xai',
    'together': 'together_ai',
    'azure': 'azure',
    'fireworks': 'fireworks_ai',
    'cohere': 'cohere_chat',
    'perplexity': 'perplexity',
    'cerebras': 'cerebras',
    'moonshotai': 'moonshot',
    'zai': 'zai',
    'minimax': 'minimax',
    'novita': 'novita',
}
# litellm knows the prices of today only, so it is asked about the fortnight before the data was taken.
AS_OF = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
RECENT = 14 * 86400
LENGTHS = (1, 17, 950, 12_000, 99_999, 100_001, 127_999, 199_999, 200_000, 200_001, 256_001, 272_000, 272_001, 600_000)


def tokens(rng):
    """Six counts; a long prompt now and then, so that every step is passed."""
    total = rng.choice(LENGTHS)
    shape = rng.randrange(4)
    read = rng.randrange(total) if shape in (1, 3) else 0
    write = rng.randrange(total - read) if shape in (2, 3) else 0
    hour = rng.randrange(write) if write and rng.random() < 0.4 else 0
    output = rng.choice((0, 1, 333, 4096, 60_000))
    reasoning = rng.randrange(output + 1) if rng.random() < 0.4 else 0
    return total - read - write, read, write - hour, hour, output - reasoning, reasoning


def ask_genai(provider, model, moment, tier, counts):
    uncached, read, write, hour, visible, reasoning = counts
    usage = GenaiUsage(
        input_tokens=uncached + read + write + hour,
        cache_read_tokens=read,
        cache_write_tokens=write + hour,
        cache_write_1h_tokens=hour,
        output_tokens=visible + reasoning,
        output_reasoning_tokens=reasoning,
    )
    try:
        found = get_snapshot().calc(usage, model, provider, None, moment, CONTEXTS[tier] or None)
    except LookupError:
        return '-'
    pico = found.total_price * 10**12
    return format(pico.quantize(Decimal('0.0001')).normalize(), 'f')


def entry_of(provider, model):
    for name in (f'{PROVIDERS[provider]}/{model}', model):
        entry = litellm.model_cost.get(name)
        if entry and entry.get('litellm_provider', '').removeprefix('text-completion-') == PROVIDERS[provider]:
            return name, entry
    return None, None


def ask_litellm(provider, model, moment, tier, counts):
    if provider not in PROVIDERS or tier not in SUFFIXES or not 0 <= (AS_OF - moment).total_seconds() <= RECENT:
        return '-'
    name, entry = entry_of(provider, model)
    if entry is None or entry.get('mode') not in ('chat', 'responses', 'completion'):
        return '-'
    suffix = SUFFIXES[tier]
    if any(entry.get(key + suffix) is None for key in ('input_cost_per_token', 'output_cost_per_token')):
        return '-'
    uncached, read, write, hour, visible, reasoning = counts
    usage = LitellmUsage(
        prompt_tokens=uncached + read + write + hour,
        completion_tokens=visible + reasoning,
        total_tokens=sum(counts),
        prompt_tokens_details=PromptTokensDetailsWrapper(
            cached_tokens=read,
            cache_creation_tokens=write + hour,
            cache_creation_token_details=CacheCreationTokenDetails(
                ephemeral_5m_input_tokens=write, ephemeral_1h_input_tokens=hour
            ),
        ),
        completion_tokens_details=CompletionTokensDetailsWrapper(reasoning_tokens=reasoning),
    )
    if tier == 'batch':
        cost = sum(batch_cost_calculator(usage, name, entry['litellm_provider']))
    else:
        cost = sum(
            generic_cost_per_token(
                model=name,
                usage=usage,
                custom_llm_provider=entry['litellm_provider'],
                service_tier=None if tier == 'standard' else tier,
                current_time=moment,
            )
        )
    return str(round(Decimal(repr(cost)) * 10**12))


def moments(rng, dates, recent=1):
    """Recent moments, one of any time, and one beside each day on which a price changes."""
    for _ in range(recent):
        yield AS_OF - datetime.timedelta(seconds=rng.randrange(RECENT))
    yield datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=rng.randrange(3 * 365 * 86400))
    for day in dates:
        midnight = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
        yield midnight + datetime.timedelta(seconds=rng.choice((-1, 0)))


def main():
    prices, out = sys.argv[1:]
    rows = [line.split('\t') for line in Path(prices).read_text(encoding='utf-8').splitlines()]
    rng = random.Random(4)
    dates, tiers, names, timed = {}, {}, {}, set()
    for row in rows:
        if row[0] == 'p':
            tiers.setdefault((row[1], row[2]), set()).add(row[3])
            if len(row) > 4 and row[4]:
                dates.setdefault((row[1], row[2]), set()).add(row[4])
            if len(row) > 5 and row[5]:
                timed.add((row[1], row[2]))
        elif row[0] == 'a' and len(row) > 3:
            names.setdefault((row[1], row[3]), []).append(row[2])
    lines = set()
    for key in sorted(tiers):
        provider, model = key
        known = PROVIDERS.get(provider)
        if not known and rng.random() < 0.7:
            continue
        for moment in moments(rng, sorted(dates.get(key, ()))[-2:], 40 if key in timed else 2 if known else 1):
            if not known and moment.year == 2025:
                continue
            some = ['standard'] if key in timed else [rng.choice(['standard'] * 5 + ['batch', 'priority'])]
            for tier in sorted(tiers[key]) if len(tiers[key]) > 1 else some:
                name = rng.choice([model, model, *names.get(key, [])])
                counts = tokens(rng)
                genai = ask_genai(provider, name, moment, tier, counts)
                other = ask_litellm(provider, name, moment, tier, counts)
                if genai != '-' or other != '-':
                    second = str(int(moment.timestamp()))
                    lines.add('\t'.join((provider, name, second, tier, *map(str, counts), genai, other)))
    # Names that only a rule knows, and models sold by another provider than their maker.
    for provider, name in (
        ('openai', 'gpt-6.1-terra-2026-09-15'),
        ('openai', 'gpt-6.1-terra-20260915'),
        ('openai', 'o3-mini-2025-01-31'),
        ('anthropic', 'claude-sonnet-5-5-20260901'),
        ('google', 'gemini-2.5-pro-preview-05-06'),
        ('google', 'claude-opus-5-5'),
        ('azure', 'claude-opus-5-5'),
        ('azure', 'gpt-4o'),
        ('azure', 'grok-4.7'),
        ('mistral', 'mistral-large-latest'),
        ('x-ai', 'grok-4-0709'),
    ):
        for tier in CONTEXTS:
            for _ in range(4):
                moment, counts = next(moments(rng, ())), tokens(rng)
                genai = ask_genai(provider, name, moment, tier, counts)
                if genai != '-':
                    lines.add('\t'.join((provider, name, str(int(moment.timestamp())), tier, *map(str, counts), genai, '-')))
    Path(out).write_text('\n'.join([*sorted(lines), '']), encoding='utf-8', newline='\n')
    print(f'{len(lines)} requests priced')


main()
