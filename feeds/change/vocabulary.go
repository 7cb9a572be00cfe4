package change

import (
	"strings"
	"sync"
)

// Words by which authors say what an edit is. They are one signal of several:
// a post in a language that is not here is judged by the others.

// class of a phrase.
type class byte

const (
	classLabel  class = iota + 1 // opens an update note: Update, Nachtrag, 追記
	classNotice                  // opens a remark that may be one: Note, Hinweis
	classState                   // says that something has come to another state
	classSince                   // says that something was written or changed later
	classNot                     // negates
	classOffer                   // asks to read, share, subscribe: no news
	classCredit                  // names who wrote, edited or translated
	classTypo                    // says of an edit that it is none of substance
)

// phrase is a run of tokens.
type phrase struct {
	sums  []uint64
	class class
}

// vocabulary finds phrases by their first token.
type vocabulary map[uint64][]phrase

// lexicon is phrases, made ready.
var lexicon = sync.OnceValue(func() vocabulary {
	v := vocabulary{}
	for c, list := range phrases {
		for p := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == '\n' }) {
			if sums := sumsOf(appendTokens(nil, strings.TrimSpace(p), 0)); len(sums) > 0 {
				v[sums[0]] = append(v[sums[0]], phrase{sums, c})
			}
		}
	}
	return v
})

// at is the longest phrase of a class that begins at token i, as a number of
// tokens; 0 if none does.
func (v vocabulary) at(tokens []token, i int, c class) int {
	best := 0
next:
	for _, p := range v[tokens[i].sum] {
		if p.class != c || len(p.sums) <= best || i+len(p.sums) > len(tokens) {
			continue
		}
		for k, s := range p.sums {
			if tokens[i+k].sum != s {
				continue next
			}
		}
		best = len(p.sums)
	}
	return best
}

// count is how many phrases of a class are in the tokens.
func (v vocabulary) count(tokens []token, c class) int {
	n := 0
	for i := 0; i < len(tokens); {
		if k := v.at(tokens, i, c); k > 0 {
			n++
			i += k
			continue
		}
		i++
	}
	return n
}

// The lists go by language: en, de, fr, es, pt, it, nl, sv, da, no, fi, pl, cs,
// sk, ru, uk, bg, hr, sr, sl, hu, ro, el, ca, lt, lv, et, tr, ar, fa, ur, he,
// hi, bn, zh, ja, ko, vi, id, ms, th.
var phrases = map[class]string{
	classLabel: `update, updates, updated, upd, edit, edits, edited, eta, correction, corrections, corrected, erratum, errata, corrigendum, addendum, addenda, amendment, amended,
		clarification, clarified, retraction, retracted, editor's note, editors' note, editor note, author's note, late note, later note, new note, late addition, added, appended, appendix added, postscript, post scriptum, p.s, ps, important update, final update,
		latest update, status update, further update, quick update, minor update, major update, small update, second update, third update, another update, breaking, follow up, followup, final message, revised, revision, reissued, changelog, change log, history of changes, known problem, known problems, known issue, known issues
		aktualisierung, aktualisierungen, aktualisiert, nachtrag, nachträge, ergänzung, ergänzungen, ergänzt, korrektur, korrekturen, korrigiert, berichtigung, richtigstellung, anm. d. red, anmerkung der redaktion, geändert, überarbeitet, nachbemerkung
		mise à jour, mises à jour, mis à jour, maj, màj, m.à.j, m.a.j, édit, edition, édition, actualisation, actualisé, actualisée, rectificatif, rectification, correctif, erratum, ajout, ajouts, complément, précision, note de la rédaction, ndlr, post-scriptum, démenti
		actualización, actualizaciones, actualizado, actualizada, actualizacion, editado, edición, edicion, corrección, correccion, correcciones, fe de erratas, fe de errores, añadido, agregado, adenda, rectificación, aclaración, última hora, nota del editor, nota de la redacción, modificado, posdata
		atualização, atualizações, atualizacao, atualizado, atualizada, actualização, editado, edição, correção, correcção, corrigido, errata, adendo, adenda, retificação, rectificação, esclarecimento, nota do editor, nota da redação, acréscimo, revisado
		aggiornamento, aggiornamenti, aggiornato, aggiornata, agg, modifica, correzione, corretto, errata corrige, rettifica, integrazione, postilla, precisazione, aggiunta, nota della redazione, ndr
		bijgewerkt, aanvulling, aanvullingen, correctie, rectificatie, toevoeging, gewijzigd, naschrift, verbetering, noot van de redactie, aangepast, actualisering
		uppdatering, uppdateringar, uppdaterad, uppdaterat, rättelse, tillägg, korrigering, redigering, redigerat, förtydligande, ändring
		opdatering, opdateret, rettelse, tilføjelse, præcisering, ændring, redigeret
		oppdatering, oppdatert, rettelse, tillegg, presisering, endring, redigert
		päivitys, päivitetty, korjaus, korjattu, oikaisu, lisäys, täydennys, muokkaus, muokattu, tarkennus
		aktualizacja, aktualizacje, aktualizacji, uaktualnienie, zaktualizowano, zaktualizowane, sprostowanie, poprawka, poprawiono, edycja, uzupełnienie, dopisek, dopisano, korekta, errata, dodano, wyjaśnienie
		aktualizace, aktualizováno, doplnění, doplněno, oprava, opraveno, dodatek, upřesnění, dodáno, pozdější doplněk
		aktualizácia, aktualizované, doplnenie, doplnené, opravené, dodatok, spresnenie
		обновление, обновления, обновлено, обновлён, обновлен, апдейт, упд, дополнение, дополнения, дополнено, добавлено, исправление, исправления, исправлено, уточнение, поправка, опровержение, правка, примечание редакции, от редакции, актуализация
		оновлення, оновлено, доповнення, доповнено, виправлення, виправлено, уточнення, апдейт, спростування, додано, правка, від редакції
		обновяване, допълнение, корекция, поправка, уточнение, редакция
		ažuriranje, ažurirano, ispravak, ispravka, dopuna, nadopuna, izmjena, ажурирање, ажурирано, исправка, допуна, измена, posodobitev, posodobljeno, popravek, dopolnitev
		frissítés, frissítve, frissült, helyesbítés, kiegészítés, javítás, módosítás, szerkesztés
		actualizare, actualizări, actualizat, corectură, corecție, erată, completare, rectificare, precizare
		ενημέρωση, ενημερώθηκε, διόρθωση, προσθήκη, διευκρίνιση, επικαιροποίηση, ανανέωση
		actualització, actualitzat, correcció, afegit, rectificació, aclariment
		atnaujinta, atnaujinimas, papildyta, pataisymas, atjaunināts, atjauninājums, papildināts, labojums, uuendus, uuendatud, täiendus, täiendatud, parandus
		güncelleme, güncellendi, güncel, düzeltme, düzeltildi, ekleme, eklendi, tekzip, açıklama, editörün notu
		تحديث, تحديثات, تم التحديث, مُحدَّث, محدث, تعديل, تصحيح, إضافة, تنويه, ملحق, استدراك, توضيح
		بهروزرسانی, به روزرسانی, به روز رسانی, بروزرسانی, بروز رسانی, بهروز شد, ویرایش, اصلاحیه, اصلاح, تصحیح, افزوده, پینوشت, پی نوشت, آپدیت, الحاقیه, تکمیلی
		اپ ڈیٹ, اپڈیٹ, تازہ ترین, ترمیم, اضافہ
		עדכון, עדכונים, עודכן, תיקון, תוקן, הבהרה, תוספת, עריכה, נוסף, הערת העורך
		अपडेट, अद्यतन, अद्यतित, संशोधन, संशोधित, सुधार, शुद्धिपत्र, शुद्धि, परिशिष्ट, जोड़ा गया, ताज़ा जानकारी
		হালনাগাদ, আপডেট, সংশোধন, সংশোধনী, সংযোজন
		更新, 更正, 勘误, 勘誤, 补充, 補充, 修正, 订正, 訂正, 编辑, 編輯, 编者注, 編者按, 编者按, 编注, 后续, 後續, 补遗, 補遺, 澄清, 后记, 後記, 追记, 追記, 补记, 補記, 修订, 修訂, 增补, 最新进展, 最新消息, 补充说明, 更新说明, 重要更新, 撤稿
		追記, 追加, 更新, 訂正, 修正, 補足, 編集, お詫びと訂正, 続報, 加筆, 加筆修正, 追記事項, 編集部注, アップデート, 改訂
		업데이트, 추가, 수정, 정정, 갱신, 보충, 덧붙임, 추신, 편집, 추가 내용, 수정 사항, 변경 사항, 바로잡습니다, 업뎃, 개정
		cập nhật, bổ sung, đính chính, sửa đổi, chỉnh sửa, cải chính, hiệu đính, thêm
		pembaruan, pemutakhiran, diperbarui, diperbaharui, koreksi, ralat, tambahan, revisi, perbaikan, kemas kini, pembetulan, suntingan
		อัปเดต, อัพเดต, อัพเดท, อัปเดท, แก้ไข, เพิ่มเติม, ปรับปรุง`,

	classNotice: `note, please note, nb, n.b, important, warning, caution, attention, notice, disclaimer, heads up, reminder, spoiler, new, announcement, alert, urgent, latest
		hinweis, wichtig, wichtiger hinweis, achtung, warnung, anmerkung, neu, bitte beachten, eilmeldung
		attention, important, avertissement, nota bene, remarque, à noter, nouveau, rappel, avis, alerte
		nota, importante, atención, aviso, advertencia, nuevo, nueva, ojo, alerta
		importante, atenção, aviso, novo, nova, observação, obs
		nota, importante, attenzione, avviso, avvertenza, nuovo, novità
		let op, belangrijk, opmerking, waarschuwing, nieuw, attentie
		obs, viktigt, varning, notera, nytt, vigtigt, advarsel, bemærk, viktig, merk, huom, huomio, huomaa, tärkeää, uutta
		uwaga, ważne, ostrzeżenie, nowość, pozor, důležité, upozornění, poznámka, upozornenie, dôležité, nové
		внимание, важно, примечание, предупреждение, новое, увага, важливо, примітка, попередження
		pažnja, važno, napomena, figyelem, fontos, megjegyzés, atenție, notă, προσοχή, σημαντικό, σημείωση
		dikkat, önemli, not, uyarı, yeni, duyuru
		تنبيه, ملاحظة, هام, مهم, تحذير, عاجل, توجه, نکته, هشدار, مهم, توجه کنید, جدید, هערה, הערה, חשוב, שימו לב, אזהרה, नोट, ध्यान दें, महत्वपूर्ण, चेतावनी, सूचना
		注意, 注, 注意事项, 重要, 提示, 警告, 提醒, 备注, 公告, 通知, 声明, 注記, お知らせ, 注意事項, 補注, 참고, 주의, 중요, 공지, 알림, 경고, 비고, 주
		lưu ý, chú ý, quan trọng, cảnh báo, ghi chú, thông báo, catatan, perhatian, penting, peringatan, pengumuman, หมายเหตุ, ข้อควรระวัง, สำคัญ, ประกาศ`,

	classState: `resolved, fixed, solved, completed, finished, postponed, delayed, rescheduled, cancelled, canceled, cancellation, sold out, fully booked, closed, reopened, re-opened, withdrawn, withdrew, retracted, revoked, rescinded, discontinued, deprecated, outdated, out of date, obsolete, superseded, superceded, abandoned, archived, end of life,
		no longer, not anymore, now available, now online, is out, are out, are now, is now, has been, have been, has now, have now, back online, restored, recovered, operational, mitigated, monitoring, identified, investigating, patched, extended, prolonged, moved to, renamed, recalled, reinstated, confirmed, denied, died, resigned, went wrong, turns out, turned out, it seems, please note, note that, be aware, be advised, shut down, shuts down, taken down, disabled, suspended, ended, has ended, is over, discovered, was discovered, broken, regression, workaround, known issue, vulnerability, newer version, new version
		behoben, gelöst, abgeschlossen, beendet, verschoben, verlegt, verzögert, abgesagt, fällt aus, entfällt, ausgefallen, ausverkauft, ausgebucht, geschlossen, zurückgezogen, zurückgenommen, widerrufen, eingestellt, veraltet, überholt, nicht mehr, mittlerweile, inzwischen, jetzt verfügbar, nun verfügbar, wieder verfügbar, wieder online, wiederhergestellt, verlängert, bestätigt, stattdessen, nun doch, bitte beachten, beachten sie, umbenannt, gesperrt, gekündigt
		résolu, résolue, corrigé, terminé, terminée, reporté, reportée, retardé, annulé, annulée, complet, épuisé, fermé, fermée, retiré, retirée, abandonné, obsolète, périmé, dépassé, n'est plus, ne sont plus, n'existe plus, désormais, dorénavant, est maintenant disponible, rétabli, rétablie, prolongé, prolongée, confirmé, finalement, veuillez noter, notez que, interrompu, interrompus, suspendu, suspendue, renoncé, à la place, supprimé, remplacé par
		resuelto, resuelta, solucionado, finalizado, completado, terminado, aplazado, aplazada, se aplaza, pospuesto, pospuesta, retrasado, cancelado, cancelada, se cancela, suspendido, suspendida, agotado, agotadas, cerrado, retirado, obsoleto, obsoleta, desactualizado, ya no, ya está disponible, ya están, restablecido, prorrogado, ampliado, confirmado, finalmente, en su lugar, tenga en cuenta, se muda, cambio de lugar, cambio de fecha, descontinuado
		resolvido, resolvida, corrigido, concluído, finalizado, adiado, adiada, atrasado, cancelado, cancelada, esgotado, esgotados, encerrado, retirado, obsoleto, obsoleta, desatualizado, não mais, já não, agora disponível, já está disponível, restabelecido, restaurado, prorrogado, prorrogada, estendido, confirmado, descontinuado, suspenso, em vez disso, foi substituído, tenha em atenção, por favor note
		risolto, risolta, corretto, concluso, completato, terminato, rinviato, rinviata, posticipato, ritardato, annullato, annullata, cancellato, esaurito, esauriti, chiuso, ritirato, obsoleto, superato, non più, ora disponibile, ripristinato, prorogato, prolungato, confermato, sospeso, invece, si prega di notare
		opgelost, hersteld, afgerond, voltooid, uitgesteld, verplaatst, vertraagd, geannuleerd, afgelast, gaat niet door, uitverkocht, volgeboekt, gesloten, ingetrokken, verouderd, achterhaald, niet meer, niet langer, inmiddels, nu beschikbaar, verlengd, bevestigd, let op, houd er rekening mee, stopgezet, opgeschort
		löst, åtgärdat, avslutad, uppskjuten, uppskjutet, försenad, inställd, inställt, slutsåld, slutsålt, fullbokat, stängd, tillbakadragen, föråldrad, inte längre, nu tillgänglig, återställd, förlängd, bekräftat
		løst, rettet, afsluttet, udskudt, udsat, forsinket, aflyst, udsolgt, lukket, trukket tilbage, forældet, ikke længere, nu tilgængelig, forlænget, bekræftet, utsatt, avlyst, utsolgt, stengt, trukket, utdatert, ikke lenger, nå tilgjengelig, forlenget, bekreftet
		ratkaistu, korjattu, valmis, päättynyt, siirretty, lykätty, viivästynyt, peruttu, peruutettu, loppuunmyyty, suljettu, vedetty, vanhentunut, ei enää, nyt saatavilla, palautettu, jatkettu, vahvistettu
		rozwiązano, rozwiązany, naprawiono, zakończono, zakończony, przełożone, przełożony, przesunięto, opóźniony, odwołane, odwołany, odwołano, anulowano, wyprzedane, zamknięte, wycofano, wycofany, przestarzały, nieaktualne, nieaktualny, już nie, nie jest już, teraz dostępne, przywrócono, przedłużono, przedłużony, potwierdzono
		vyřešeno, opraveno, dokončeno, ukončeno, odloženo, přesunuto, zpožděno, zrušeno, zrušen, vyprodáno, uzavřeno, staženo, zastaralé, neaktuální, již není, už není, nyní dostupné, obnoveno, prodlouženo, potvrzeno, vyriešené, odložené, zrušené, vypredané, zastarané, predĺžené
		решено, устранено, устранена, исправлена, завершено, завершён, завершены, перенесено, перенесён, перенесен, перенесена, отложено, отложен, отменено, отменён, отменен, отменена, распродано, закрыто, закрыт, отозвано, отозван, устарело, устарел, больше не, теперь доступен, теперь доступна, восстановлено, восстановлена, продлено, продлён, подтверждено, приостановлено, вместо этого
		вирішено, усунено, виправлено, завершено, перенесено, відкладено, скасовано, скасований, розпродано, закрито, відкликано, застаріло, більше не, тепер доступний, відновлено, продовжено, підтверджено, призупинено
		riješeno, završeno, odgođeno, otkazano, rasprodano, zastarjelo, više nije, produženo, решено, одложено, отказано, распродато, megoldva, javítva, befejeződött, elhalasztva, elmarad, törölve, elkelt, lezárva, elavult, már nem, meghosszabbítva, rezolvat, finalizat, amânat, anulat, epuizat, închis, retras, învechit, nu mai, prelungit, confirmat, επιλύθηκε, ολοκληρώθηκε, αναβλήθηκε, αναβάλλεται, ακυρώθηκε, ακυρώνεται, εξαντλήθηκε, πλέον, παρατείνεται
		çözüldü, giderildi, tamamlandı, bitti, ertelendi, iptal, iptal edildi, tükendi, kapandı, kapatıldı, geri çekildi, eskidi, artık, kullanıma sunuldu, uzatıldı, doğrulandı, durduruldu
		تم الحل, تم حل, تم إصلاح, اكتمل, انتهى, تأجيل, تأجل, تأجلت, مؤجل, إلغاء, ألغي, ألغيت, ملغى, نفدت, نفد, مغلق, إغلاق, سحب, قديم, لم يعد, لم تعد, متاح الآن, تمديد, تم تمديد, تأكيد, عاد
		حل شد, برطرف شد, پایان یافت, به تعویق افتاد, به تعویق, لغو شد, لغو, تمام شد, بسته شد, منسوخ, قدیمی, دیگر, اکنون در دسترس, تمدید شد, تمدید, تایید شد, متوقف
		נפתר, תוקן, הושלם, הסתיים, נדחה, נדחתה, נדחו, בוטל, בוטלה, בוטלו, אזל, אזלו, נסגר, הוסר, מיושן, כבר לא, זמין כעת, הוארך, אושר
		हल, ठीक किया गया, पूरा हुआ, स्थगित, टाल दिया, रद्द, बिक गए, बंद, वापस लिया, पुराना, अब नहीं, अब उपलब्ध, बढ़ा दी गई, बढ़ाई गई, पुष्टि
		取消, 已取消, 延期, 推迟, 推遲, 改期, 售罄, 已解决, 已解決, 已修复, 已修復, 修复, 恢复, 已恢复, 废弃, 弃用, 廢棄, 过时, 過時, 失效, 终止, 終止, 停止, 关闭, 下架, 撤回, 不再, 现已, 現已, 已经, 延长, 延長, 证实, 辟谣, 目前
		中止, 延期, 完売, 解決, 解決しました, 復旧, 復旧しました, 終了, 終了しました, 公開しました, 廃止, 非推奨, 古い, 動かなくなりました, なりました, できなくなりました, 延長, 停止, 撤回, 判明, 修正済み
		취소, 취소되었습니다, 연기, 연기되었습니다, 매진, 해결, 해결되었습니다, 복구, 복구되었습니다, 종료, 종료되었습니다, 중단, 폐지, 더 이상, 이제, 연장, 연장되었습니다, 철회, 확인되었습니다
		đã giải quyết, đã khắc phục, hoàn tất, kết thúc, hoãn, bị hoãn, dời, hủy, bị hủy, hết vé, hết hàng, đóng cửa, rút lại, lỗi thời, không còn, hiện đã, gia hạn, xác nhận, selesai, teratasi, diperbaiki, ditunda, diundur, dibatalkan, batal, habis, ditutup, ditarik, usang, tidak lagi, kini tersedia, diperpanjang, dikonfirmasi, ยกเลิก, เลื่อน, ขายหมด, แก้ไขแล้ว, สิ้นสุด, ไม่มีอีกต่อไป`,

	classSince: `earlier version of this, earlier version of the, previous version of this, prior version of this, original version of this, has been updated, have been updated, was updated, been corrected, was corrected, has been revised, originally stated, originally said, originally reported, originally published, misstated, mistakenly, erroneously, incorrectly, since publication, since publishing, after publication, since this post, since this article, since this was, this post has been, this article has been, this section was added, since been, reader pointed out, readers pointed out, pointed out that, is now obsolete, this post is now, this article is now, this post is outdated, this post is obsolete
		in einer früheren version, in einer ersten version, ursprünglich, fälschlicherweise, irrtümlich, wurde aktualisiert, wurde korrigiert, wurde ergänzt, nach veröffentlichung, dieser artikel wurde, dieser beitrag wurde
		une version précédente, version antérieure, dans une première version, a été mis à jour, a été corrigé, a été modifié, initialement, par erreur, depuis la publication, cet article a été
		una versión anterior, ha sido actualizado, fue actualizado, ha sido corregido, originalmente, por error, desde la publicación, este artículo ha sido, esta entrada ha sido
		uma versão anterior, foi atualizado, foi corrigido, originalmente, por engano, desde a publicação, este artigo foi, este post está, este texto foi
		una versione precedente, è stato aggiornato, è stato corretto, originariamente, erroneamente, per errore, dalla pubblicazione
		een eerdere versie, in een eerdere versie, is bijgewerkt, is aangepast, is gecorrigeerd, oorspronkelijk, ten onrechte, abusievelijk
		en tidigare version, har uppdaterats, har korrigerats, ursprungligen, felaktigt, en tidligere version, er opdateret, er rettet, oprindeligt, fejlagtigt, en tidligere versjon, er oppdatert, er rettet, opprinnelig, feilaktig, aiemmassa versiossa, päivitetty, korjattu, alun perin, virheellisesti
		we wcześniejszej wersji, poprzednia wersja, został zaktualizowany, została zaktualizowana, pierwotnie, błędnie, v předchozí verzi, v původní verzi, byl aktualizován, původně, chybně, omylem
		в более ранней версии, в предыдущей версии, в первой версии, был обновлён, была обновлена, было исправлено, первоначально, ошибочно, по ошибке, у попередній версії, було оновлено, спочатку, помилково
		önceki sürümünde, önceki versiyonunda, güncellenmiştir, güncellendi, yanlışlıkla, في نسخة سابقة, تم تحديث, تم تصحيح, خطأ, در نسخه قبلی, بهروز شده, اشتباها, בגרסה קודמת, עודכנה, בטעות, पिछले संस्करण, अपडेट किया गया, गलती से
		此前版本, 之前版本, 早期版本, 原文误, 本文已更新, 已更新, 误写, 错误地, 以前のバージョン, 当初, 誤って, 更新されました, 이전 버전, 처음에는, 잘못, 업데이트되었습니다, phiên bản trước, đã được cập nhật, nhầm lẫn, versi sebelumnya, telah diperbarui, keliru`,

	classNot: `not, no, never, cannot, can't, don't, doesn't, didn't, won't, isn't, aren't, wasn't, weren't, wouldn't, shouldn't, without, nor, none
		nicht, kein, keine, keinen, keiner, nie, niemals, ohne, weder
		pas, ne, n'est, n'a, jamais, aucun, aucune, sans, ni
		no, nunca, jamás, ningún, ninguna, sin, tampoco, não, nem, nenhum, nenhuma, sem, non, mai, nessun, nessuna, senza
		niet, geen, nooit, zonder, inte, inga, ingen, aldrig, utan, ikke, aldri, uten, uden, ei, eivät, ilman
		nie, bez, nigdy, żaden, ne, není, nejsou, nikdy, не, нет, никогда, без, ні, немає, ніколи, nem, nincs, soha, nu, niciodată, fără, δεν, μην, όχι, χωρίς
		değil, yok, asla, لا, لم, لن, ليس, ليست, بدون, نه, نیست, نمیشود, بدون, לא, אין, אל, ללא, नहीं, मत, बिना, 不, 没, 沒, 无, 無, 非, 未, 勿, ない, ません, なく, 않, 아니, 없, không, chưa, chẳng, tidak, bukan, jangan, tanpa, ไม่`,

	classOffer: `subscribe, newsletter, follow us, follow me, share this, sign up, like this, read more, learn more, click here, continue reading, related posts, sponsored, sponsor, support me, support us, patreon, donate, buy me, coupon, discount, promo code, use code, affiliate, advertisement, giveaway, leave a comment, you may also like, see also, further reading, appeared first on, filed under, tagged, photo credit, photos by, image credit, available for purchase
		abonnieren, newsletter, teilen, weiterlesen, mehr erfahren, hier klicken, gesponsert, werbung, anzeige, spenden, rabatt, abonnez-vous, s'abonner, partager, lire la suite, en savoir plus, sponsorisé, publicité, faire un don, suscríbete, suscribirse, compartir, leer más, seguir leyendo, patrocinado, publicidad, donar, descuento, assine, inscreva-se, compartilhe, partilhe, leia mais, saiba mais, patrocinado, publicidade, doar, desconto, iscriviti, condividi, leggi tutto, continua a leggere, sponsorizzato, pubblicità, donazione, sconto
		abonneer, delen, lees verder, lees meer, gesponsord, advertentie, doneer, korting, prenumerera, dela, läs mer, abonner, les mer, læs mere, tilaa, jaa, lue lisää, subskrybuj, udostępnij, czytaj dalej, czytaj więcej, reklama, odebírejte, sdílet, číst dál, подписаться, подписывайтесь, поделиться, читать далее, реклама, підписатися, поділитися, читати далі, abone ol, paylaş, devamını oku, اشترك, شارك, اقرأ المزيد, إعلان, مشترک شوید, ادامه مطلب, הירשמו, שתפו, קרא עוד, קראו עוד, सदस्यता लें, और पढ़ें, 订阅, 訂閱, 分享, 阅读更多, 閱讀更多, 赞助, 广告, 打广告, 优惠, 折扣, 推广, 预购, 購読, 登録, シェア, 続きを読む, 広告, 割引, 구독, 공유, 더 보기, 광고, 할인, đăng ký, chia sẻ, đọc tiếp, berlangganan, bagikan, baca selengkapnya, iklan`,

	classCredit: `posted by, written by, translated by, edited by, author, authors, co-author, photo by, thanks to, thank you, special thanks, many thanks, acknowledgements, acknowledgments, kudos, hat tip, with the help of, by and, contributors
		autor, autorin, geschrieben von, übersetzt von, foto, dank an, danke, vielen dank, auteur, écrit par, traduit par, crédit photo, merci, remerciements, escrito por, traducido por, autora, gracias, agradecimientos, traduzido por, autor, obrigado, agradecimentos, scritto da, tradotto da, autore, grazie, ringraziamenti, geschreven door, vertaald door, met dank aan, bedankt, tack till, tak til, takk til, kiitos, dziękuję, podziękowania, děkuji, автор, перевод, спасибо, благодарности, переклад, дякую, teşekkürler, çeviri, شكرا, تشکر, תודה, धन्यवाद, 作者, 感谢, 感謝, 翻译, 致谢, 著者, 翻訳, ありがとう, 저자, 번역, 감사, tác giả, cảm ơn, penulis, terima kasih`,

	classTypo: `typo, typos, spelling, grammar, formatting, wording, minor edits, copy edit, copyedit, broken link, broken links, dead link, fixed link, fixed a link, layout, punctuation
		tippfehler, rechtschreibung, schreibfehler, formatierung, faute de frappe, orthographe, coquille, coquilles, mise en forme, errata tipográfica, ortografía, erratas, formato, erro de digitação, ortografia, formatação, refuso, refusi, ortografia, tikfout, spelfout, spelling, stavfel, stavefejl, skrivefeil, kirjoitusvirhe, literówka, literówki, překlep, překlepy, опечатка, опечатки, орфография, описка, одрук, yazım hatası, خطأ إملائي, خطأ مطبعي, غلط املایی, שגיאת כתיב, शुद्ध वर्तनी, 错别字, 错字, 排版, 誤字, 脱字, 誤字脱字, 오타, 맞춤법, lỗi chính tả, salah ketik`,
}
