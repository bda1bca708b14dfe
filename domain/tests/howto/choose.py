"""Chooses the how-to sentences of this folder, by a rule that knows nothing of the grammar.

The rule was changed three times, the last time after the first version of the grammar: what it chose was mostly descriptions.

Files: the manual pages and READMEs listed in FILES, in this order. Sentences: 6 to 40 words, beginning with a capital letter and
ending with a full stop or colon, that hold a word of order or purpose (CUE) and tell the reader to do something (READER). Of those, spread over the whole
list, 100 are taken at even distances; the 1st, 3rd, … are for developing, the 2nd, 4th, … are held out.

    python3 choose.py FOLDER_OF_CRATES > chosen.tsv
"""

import glob
import re
import subprocess
import sys

MAN = """git-rebase git-bisect git-submodule git-stash git-filter-branch git-svn git-send-email gitfaq gittutorial gitworkflows giteveryday
gitcore-tutorial gitsubmodules gitcvs-migration git-daemon git-worktree git-push git-merge rsync tar ssh-keygen sshd ssh gpg gpg-agent openssl-ca
openssl-req openssl-pkcs12 systemctl systemd-boot apt-get apt-secure dpkg dpkg-buildpackage dpkg-source debconf-devel badblocks
e2fsck resize2fs tune2fs lvm mke2fs fdisk sfdisk cryptsetup useradd groupmod visudo tmux make patch find curl gdb less git-clone git-reset git-revert git-cherry-pick
git-tag git-notes git-checkout git-commit git-fast-import git-cvsserver git-p4 git-credential git-lfs gitignore gitattributes githooks
gitremote-helpers gitprotocol-common git-update-server-info git-http-backend git-imap-send git-format-patch git-request-pull git-rerere
sshd_config ssh_config ssh-agent ssh-add mount umount losetup swapon mkswap parted blkid systemd systemd.unit systemd.service
systemd-nspawn journalctl loginctl update-alternatives dpkg-divert dpkg-maintscript-helper dpkg-statoverride apt.conf sources.list
apt_preferences deb-postinst deb-triggers passwd chsh newgrp login pam.d cron crontab openssl openssl-x509 openssl-ca openssl-cmp""".split()
CUE = re.compile(r"\b(before|after|first|then|requires?|need to|must|once|until|unless|make sure|depends on)\b|^(To|In order to) ", re.I)
VERB = (
    "add|adjust|apply|build|call|change|check|choose|clone|commit|compile|configure|copy|create|define|delete|disable|download|edit|enable"
    "|ensure|enter|execute|export|generate|get|give|go|import|include|initialize|insert|install|invoke|load|look|make|mount|move|open|pass"
    "|press|provide|push|put|read|reboot|remove|replace|resolve|restart|restore|run|save|see|select|send|set|specify|start|stop|switch|try|turn"
    "|type|update|upgrade|use|verify|wait|write"
)
READER = re.compile(
    rf"^(please )?({VERB})\b|^(do not|never|you (must|need to|have to|should|cannot|can't|can not))\b"
    rf"|^(to|in order to|before|after|once|first|firstly)\b[^,]*,( please| first| then| simply| just)* ({VERB}|you|you'll)\b",
    re.I,
)
WANTED = 100


def page(name):
    found = subprocess.run(["man", "--no-hyphenation", "--no-justification", name], capture_output=True, text=True, env={"MANWIDTH": "400", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    return found.stdout


def readmes(folder):
    for path in sorted(glob.glob(f"{folder}/*/README.md")):
        text = open(path, encoding="utf-8", errors="replace").read()
        yield path.split("/")[-2], re.sub(r"```.*?```", "\n\n", text, flags=re.S)


def sentences(text):
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*#|•]|\d+\.))", text):
        joined = " ".join(paragraph.split())
        joined = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", joined)
        joined = re.sub(r"^(?:[-*•]|\d+\.)\s+", "", joined)
        for one in re.split(r"(?<=[.:!?])\s+(?=[A-Z`\"])", joined):
            words = one.split()
            if 6 <= len(words) <= 40 and re.match(r"[A-Z]", one) and one[-1] in ".:" and CUE.search(one) and READER.search(one):
                yield one


def main():
    sources = [(f"man {name}", page(name)) for name in MAN] + list(readmes(sys.argv[1]))
    found, seen = [], set()
    for source, text in sources:
        for sentence in sentences(text):
            if sentence not in seen:
                seen.add(sentence)
                found.append((source, sentence))
    print(len(found), file=sys.stderr)
    for n in range(WANTED):
        source, sentence = found[n * len(found) // WANTED]
        print(f"{source}\t{sentence}")


main()
