"""What can go wrong in the catalogue while a record is brought in; the portals' own faults are registered by their readers."""

from __future__ import annotations

from miyagi_harvesters.problems import Severity, register

__all__: list[str] = []

register(
    "reader-fault", Severity.ERROR,
    ("データセット「{place}」の内容を読み取る途中で、プログラムの誤りが起きました（{detail}）。", "前の内容は残っています。この文を添えて開発者に知らせてください。"),
    ("The program failed on record {place} ({detail}).", "What was there before is kept. Tell the developers, with this sentence."),
)
register(
    "catalogue-refuses", Severity.ERROR,
    ("データセット「{place}」をカタログに書き込めませんでした（{detail}）。", "示された項目を収集元で直してもらうか、開発者に知らせてください。前の内容は残っています。"),
    ("The catalogue refuses record {place} ({detail}).", "Have the field mended at the source, or tell the developers. What was there before is kept."),
)
register(
    "owner-unknown", Severity.WARNING,
    (
        "データセット「{place}」の公表者（{value}）がどの市町村か分かりません。宮城県のデータセットとして登録しました。",
        "収集元の設定 municipalities に「組織名: 市町村コード」を書き加えると、次の収集から正しい組織になります。",
    ),
    (
        "It is not known which municipality publishes record {place} ({value}); it stands under the prefecture.",
        "Add organization → code to the option municipalities of the source.",
    ),
)
register(
    "file-too-large", Severity.WARNING,
    ("ファイル {place} は大きすぎるため、表としては読み込みません（{detail}）。", "収集元のアドレスからそのままダウンロードできます。"),
    ("File {place} is too large to be loaded as a table ({detail}).", "It can be downloaded from its source as it is."),
)
register(
    "not-approved", Severity.STOP,
    ("収集元「{place}」はまだ承認されていません。", "システム管理者が収集元のページで「承認する」を押すと、実行できるようになります。アドレスや設定を変えたときは、もう一度承認が要ります。"),
    ("Source {place} is not approved.", "A sysadmin approves it on the source's page; a changed address or setting needs a new approval."),
)
register(
    "run-fault", Severity.STOP,
    ("収集元「{place}」の収集が、プログラムの誤りで止まりました（{detail}）。", "公開中のデータセットはそのままです。この文を添えて開発者に知らせてください。"),
    ("Harvesting {place} was ended by a program's fault ({detail}).", "Published datasets are as they were. Tell the developers, with this sentence."),
)
register(
    "stopped", Severity.STOP,
    ("収集元「{place}」の収集は、途中で止められました。", "そこまでに書き込んだものは残っています。続きは次の収集で行われます。"),
    ("Harvesting {place} was stopped by somebody.", "What was written until then stays; the next run does the rest."),
)
register(
    "mail-unsent", Severity.WARNING,
    (
        "収集元「{place}」の結果を知らせるメールのうち、{value}通を送れませんでした。",
        "この収集のメールは、もう送られません。宛先とメールサーバーを確かめてください。送れなかった宛先と理由は、サーバーのログにあります。",
    ),
    (
        "Mail about this run of {place} did not go out: {value}.",
        "It is not sent again. See to the addresses and the mail server; the server's log names which address, and why.",
    ),
)
register(
    "mail-not-set-up", Severity.WARNING,
    ("収集元「{place}」の結果を知らせるメールを送れませんでした。このサイトは、メールを送る設定になっていません。", "運用担当者が smtp.server と smtp.mail_from を設定すると、次の収集から送られます。"),
    ("Mail about this run of {place} did not go out: this site is not set up to send mail.", "With smtp.server and smtp.mail_from set, mail goes out from the next run on."),
)
