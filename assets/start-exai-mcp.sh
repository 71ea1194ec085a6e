#!/bin/sh
# Starts the MCP server by `shimkeeper start`, for those who double-click. Words given here go on to it.
# The program is looked for beside this file, one folder up, and on the PATH. Where this is a link to the file, beside
# the link first.
file=$0
case $file in
    */*) ;;
    *) file=./$file ;;
esac
links=0
while :; do
    here=${file%/*}
    for program in "$here/shimkeeper" "$here/../shimkeeper"; do
        if [ -f "$program" ] && [ -x "$program" ]; then
            exec "$program" start "$@"
        fi
    done
    # A circle of links has no end.
    if [ ! -L "$file" ] || [ "$links" -ge 40 ]; then
        break
    fi
    links=$((links + 1))
    target=$(readlink -- "$file") || break
    case $target in
        /*) file=$target ;;
        *) file=$here/$target ;;
    esac
done
if command -v shimkeeper >/dev/null; then
    exec shimkeeper start "$@"
fi
echo "shimkeeper was found neither beside this file, nor one folder up, nor on the PATH" >&2
exit 125
