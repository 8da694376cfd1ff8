#!/usr/bin/env python3
"""shape.py: how the C reads, in figures: a row a part, and below the table the names of what stands out.

It judges nothing and always exits 0. What the figures should come to: functions of 12-20 lines in the middle and under
45 in nine of ten, none over 60 but tables and option switches; comments 12-18 % of the lines; no file over 400.

A part is a folder of the root with C in it. A function is the lines between its braces. The comments are the lines that
hold nothing else, as a share of all lines. A module is a .c and its .h.
"""
import re
import statistics
from pathlib import Path

NO_PARTS = {'build', 'node_modules', 'tests'}
LONG_FUNCTION = 60
LONG_FILE = 400

# What may hold braces or quotes that mean nothing: comments, strings, characters, and preprocessor lines.
COMMENT = r'/\*.*?\*/|//[^\n]*'
TEXT = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
DIRECTIVE = r'^[ \t]*#(?:\\\n|/\*.*?\*/|[^\n])*'
TOKENS = re.compile(f'(?P<comment>{COMMENT})|(?P<text>{TEXT})|(?P<directive>{DIRECTIVE})', re.DOTALL | re.MULTILINE)


def blank(text):
    """As many lines, with nothing on them."""
    return re.sub(r'[^\n]', ' ', text)


def code_of(source):
    """The source with everything but code blanked out, so that its lines keep their numbers."""
    return TOKENS.sub(lambda token: blank(token.group()), source)


def comment_lines(source):
    """The number of lines that hold a comment, or a part of one, and nothing else."""
    bare = TOKENS.sub(lambda token: blank(token.group()) if token['comment'] else token.group(), source)
    return sum(1 for before, after in zip(source.split('\n'), bare.split('\n')) if before.strip() and not after.strip())


def functions_of(source):
    """Yields the name and the number of lines of each function."""
    code = code_of(source)
    depth, start, opened, header = 0, 0, 0, ''
    for brace in re.finditer(r'[{};]', code):
        at = brace.start()
        if brace.group() == '{':
            if depth == 0:
                opened, header = at, code[start:at].strip()
            depth += 1
            continue
        if brace.group() == '}':
            depth -= 1
        if depth > 0:
            continue
        if brace.group() == '}' and header.endswith(')') and '=' not in header:
            yield re.search(r'\b([a-z_]\w*)\s*\(', header)[1], max(0, code.count('\n', opened, at) - 1)
        start = at + 1


def measure(part):
    """The part's row of the table, and what stands out in it."""
    files = sorted(Path(part).rglob('*.[ch]'))
    lines = commented = 0
    lengths, outliers, modules = [], [], {}
    long_files = 0
    for path in files:
        source = path.read_text(encoding='utf-8')
        count = source.count('\n')
        lines += count
        commented += comment_lines(source)
        modules.setdefault(path.parent, set()).add(path.stem)
        if count > LONG_FILE:
            long_files += 1
            outliers.append(f'{path}: {count} lines')
        for name, length in functions_of(source):
            lengths.append(length)
            if length > LONG_FUNCTION:
                outliers.append(f'{path}: {name} has {length} lines')
    folder = max(modules, key=lambda each: len(modules[each]))
    row = [
        part,
        len(files),
        lines,
        len(lengths),
        f'{statistics.median(lengths):g}',
        f'{statistics.quantiles(lengths, n=10)[8]:.0f}',
        sum(length > LONG_FUNCTION for length in lengths),
        f'{100 * commented / lines:.1f}',
        long_files,
        f'{folder} ({len(modules[folder])})',
    ]
    return row, outliers


HEADINGS = ['part', 'files', 'lines', 'functions', 'median', 'p90', f'over {LONG_FUNCTION}', 'comments %',
            f'files over {LONG_FILE}', 'largest folder (modules)']


def main():
    rows, outliers = [HEADINGS], []
    for part in sorted(path.name for path in Path().iterdir() if path.is_dir()):
        if part in NO_PARTS or not any(Path(part).rglob('*.c')):
            continue
        row, found = measure(part)
        rows.append([str(cell) for cell in row])
        outliers += found
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        first, *middle, last = (cell.ljust(width) if column in (0, len(row) - 1) else cell.rjust(width)
                                for column, (cell, width) in enumerate(zip(row, widths)))
        print('  '.join([first, *middle, last]).rstrip())
    for outlier in outliers:
        print(outlier)


if __name__ == '__main__':
    main()
