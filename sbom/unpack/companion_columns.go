// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A list of products need not say who made them: a bill of quantities, the parts of a circuit board,
// an inventory of software. Its header has a column for the things and one for their number or
// version. The words are looked for in one row, because each of them alone is in many tables.

// A columnClass is a set of kinds of columns that the title of a column may mean.
type columnClass uint8

const (
	columnThing   columnClass = 1 << iota // a name, description or number of a product
	columnCount                           // how many
	columnVersion                         // which version
	columnDate                            // when: the table may be the history of a document
	columnBoard                           // the shape of a part on a circuit board
	columnPlace                           // the place of a part on a circuit board, and its value
)

// columnWords has the words of titles. Words that are in no list make a title unknown.
var columnWords = sync.OnceValue(func() map[string]columnClass {
	m := make(map[string]columnClass)
	for class, words := range map[columnClass]string{
		columnThing: "item items article articles artikel artículo articulo artículos articolo articoli artigo product products produkt produkte producto productos prodotto prodotti produto produtos produit produits " +
			"model models modell modèle modelo modello device devices gerät geräte equipment equipo equipos software hardware program programs programm programme programma application applications app apps " +
			"description descriptions bezeichnung beschreibung désignation descripción descripcion descrizione descrição omschrijving opis popis name naam nom nombre nome denominazione asset assets sku " +
			"part parts component components package packages module modules teil teile bauteil komponente komponenten composant composants componente componenti componentes onderdeel komponent komponenta " +
			"название наименование товар изделие 名称 品名 产品 製品 이름 제품",
		columnCount: "qty qtys quantity quantities count menge anzahl stück stueck stk pcs pieces quantité qté quantità qtà cantidad cant quantidade qtd qtde aantal hoeveelheid ilość ilosc množství počet määrä antal mennyiség cantitate količina " +
			"количество колво кол кількість 数量 数 수량 adet miktar",
		columnVersion: "version versions release versión versione versão versie wersja verze verzió versio версия версія sürüm 版本 バージョン 버전",
		columnDate:    "date datum fecha data dato dátum дата 日期 日付 날짜",
		columnBoard:   "footprint",
		columnPlace:   "designator designators reference references refdes ref value comment",
	} {
		for _, w := range strings.Fields(words) {
			m[w] |= class
		}
	}
	return m
})

// classOf returns what the title of a column may mean, or 0.
func classOf(cell string) columnClass {
	if len(cell) > 80 {
		return 0
	}
	var class columnClass
	for _, word := range strings.FieldsFunc(strings.ToLower(norm.NFC.String(cell)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }) {
		c := columnWords()[word]
		if c == 0 && !headerWords()[word] && !partWords()[word] && !makerWords()[word] {
			return 0
		}
		class |= c
	}
	// "Licence count", "Number of items": a count of things is a count.
	if class&columnCount != 0 {
		class = columnCount
	}
	if class&columnVersion != 0 {
		class &^= columnThing
	}
	return class
}

// productHeader reports whether the cells of a row look like the header of a list of products.
func productHeader(cells []string) bool {
	all := columnClass(0)
	for _, c := range cells {
		all |= classOf(c)
	}
	has := func(c columnClass) bool { return all&c == c }
	return has(columnThing|columnCount) || has(columnThing|columnVersion) && !has(columnDate) || has(columnBoard|columnPlace) || has(columnPlace|columnCount)
}

// makersHeader reports whether the cells of a row in a text for people look like the header of a
// parts list. The word for a maker alone is not enough: forms have it beside the name of the bidder.
func makersHeader(cells []string) bool {
	makers, parts := headerWordsOf(cells)
	thing := slices.ContainsFunc(cells, func(c string) bool {
		maker, _ := headerWordsOf([]string{c})
		return maker == 0 && classOf(c)&columnThing != 0
	})
	return makers > 0 && (thing || parts > 0) || parts > 1
}
