#!/bin/bash
# system.sh PACKAGES ROOT: lays out the files of the named Debian packages under ROOT, ready to be run from read-only.
set -euo pipefail

packages=$1
root=$2
work=$(mktemp -d)
mapfile -t names < <(grep -v '^#' "$packages")

apt-get update
(cd "$work" && apt-get download "${names[@]}")
rm -rf /var/lib/apt/lists/*

# Where scanners look for what a root without a package manager consists of.
status=$root/var/lib/dpkg/status.d
mkdir -p "$status"
for package in "$work"/*.deb; do
  dpkg-deb --extract "$package" "$root"
  dpkg-deb --field "$package" > "$status/$(dpkg-deb --field "$package" Package)"
done
rm -rf "$work"

# Licences stay; manuals, translations and hooks of tools that are not here do not.
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -type l -delete
rm -rf "$root"/usr/share/{man,locale,lintian,bug,base-files,menu,info,pixmaps,applications,binfmts,python3,dict} \
  "$root"/usr/{sbin,games,include,src,local} "$root"/{media,mnt,srv,boot,home,sbin,bin} "$root"/etc/{update-motd.d,dpkg,default,cron.daily} \
  "$root"/usr/share/{ca-certificates,gdb} "$root"/var/{tmp,backups,cache,local,mail,spool,opt,lock,run}

# Tools for looking into memory.
find "$root/lib" "$root/usr/lib" \( -name 'libmemusage*' -o -name 'libpcprofile*' \) -delete

# Modules of Python that nobody here loads, with the libraries that they would bring along.
library=$root/usr/lib/python3.11
rm -rf "$library"/{ensurepip,idlelib,lib2to3,pydoc_data,tkinter,turtledemo,sqlite3,curses,dbm,sitecustomize.py}
for module in nis _dbm _sqlite3 readline _curses _curses_panel; do
  rm -f "$library"/lib-dynload/$module.*.so
done
find "$root/usr/bin" -mindepth 1 ! -name 'python3.11' -delete

# Compiled here, for good: at run time nothing can be written, and a workflow's sandbox loads its modules anew each time.
python3.11 -m compileall -q -j 0 -s "$root" -p / --invalidation-mode unchecked-hash "$library"

# What install scripts would have made.
mkdir -p "$root"/{etc/ssl/certs,proc,sys,dev,tmp,usr/share/residency}
chmod 1777 "$root/tmp"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0:root:/:/nonexistent\nresidency:x:10001:10001:residency:/tmp:/nonexistent\n' > "$root/etc/passwd"
printf 'root:x:0:\nresidency:x:10001:\n' > "$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$root/etc/nsswitch.conf"
ln -s /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
# Nothing may raise its rights.
find "$root" -xdev -perm /6000 -exec chmod a-s {} +
